/** The token against forged forms, for requests a script sends. */
export const token = (): string => /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
