/** A bar where text will be; appears only when the wait is longer than 300 ms. */
export function Bone({ width }: { width: string }) {
  return <span className="bone" style={{ width }} />
}
