/** A number of bytes for people: `8.6 MB`, `1.25 GB`. */
export function showBytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
