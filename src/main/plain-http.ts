/** May applications have http addresses? On the machines of those who develop, where Signon has one itself. */
export const allowsHttp = (place: { readonly environment: string; readonly publicUrl: string }): boolean =>
  place.environment === 'development' && place.publicUrl.startsWith('http:')
