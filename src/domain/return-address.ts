const longestAddress = 2048
const nowhere = 'http://nowhere.invalid'
const unsafe = /[\\\s]|\p{Cc}/u

/**
 * The path and query that somebody may be sent back to after signing in, or nothing unless it is an address of our
 * own of at most 2,048 bytes. It is never a full address, so nobody can be led elsewhere.
 */
export const safeReturnAddress = (address: string | undefined): string | undefined => {
  if (address === undefined || Buffer.byteLength(address) > longestAddress) return undefined
  if (!address.startsWith('/') || address.startsWith('//') || unsafe.test(address)) return undefined
  return URL.canParse(address, nowhere) && new URL(address, nowhere).origin === nowhere ? address : undefined
}
