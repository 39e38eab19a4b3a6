/** Whether a text is base64 as AWS takes it, padded and without line breaks: https://www.rfc-editor.org/rfc/rfc4648#section-4 */
export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}
