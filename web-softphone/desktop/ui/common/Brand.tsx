/** The mark of the product: a bridge. */
export function Brand({ size }: { size: number }) {
  return <img src="/desktop/icon.svg" width={size} height={size} alt="" />;
}
