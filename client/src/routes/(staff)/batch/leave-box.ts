/** A box that was ticked with the mouse gives the focus back, so that the page's letters act again; ticked by keys it keeps it. */
export function leaveBox({ detail, currentTarget }: MouseEvent & { currentTarget: HTMLElement }): void {
  if (detail > 0) currentTarget.blur();
}
