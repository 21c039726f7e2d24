/** Ids after `from`, up to `to`. */
export interface IdRange {
  readonly from: number
  readonly to: number
}
