import { toString as draw } from 'qrcode'

/** A QR code as an inline SVG image, with an error correction of level M. `label` says to everybody what it is. */
export const qrCodeSvg = async (text: string, label: string): Promise<string> => {
  const svg = await draw(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 })
  return svg.replace('<svg ', `<svg role="img" aria-label="${label}" `)
}
