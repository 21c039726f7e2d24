/** A string that prints as [secret] wherever it is logged, interpolated or serialised by accident. */
export interface Secret {
  /** The text itself, for the one place that needs it. */
  reveal(): string
  toString(): string
  toJSON(): string
}

/** Wraps `text` so that it can be passed about safely. */
export const secret = (text: string): Secret => ({
  reveal: () => text,
  toString: () => '[secret]',
  toJSON: () => '[secret]',
  ...{ [Symbol.for('nodejs.util.inspect.custom')]: () => '[secret]' },
})
