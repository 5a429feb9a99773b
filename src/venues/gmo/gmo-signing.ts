import { createHmac } from 'node:crypto'

/**
 * The signature of a private request: HMAC-SHA256 over time, method, path and body, in hex. The query is not part of it, and
 * of PUT and DELETE neither is the body (https://api.coin.z.com/docs/en/#authentication-private).
 *
 * @param timestampMs as it stands in the header
 */
export function gmoSignature(
  secret: string,
  { timestampMs, method, path, body = '' }: { timestampMs: string; method: string; path: string; body?: string },
): string {
  const signed = method === 'PUT' || method === 'DELETE' ? '' : body
  return createHmac('sha256', secret).update(`${timestampMs}${method}${path}${signed}`).digest('hex')
}
