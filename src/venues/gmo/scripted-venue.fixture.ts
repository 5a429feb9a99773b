import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

/** A venue that says what it is told to, word for word: for answers and moments that no double comes to by itself. */
export interface ScriptedVenue {
  readonly url: string
  readonly asked: Asked[]
  /** Commands that arrived on streams, in order. */
  readonly commands: { readonly isPrivate: boolean; readonly channel: string }[]
  readonly streams: Set<WebSocket>
  close(): void
}

export interface Script {
  /** The `data` of an answer; a thrown text is the code of a refusal. */
  readonly answer?: (asked: Asked) => unknown
  readonly command?: (
    stream: WebSocket,
    command: { readonly isPrivate: boolean; readonly channel: string; readonly symbol?: string },
  ) => void
}

export const BOOK = (symbol: string) =>
  JSON.stringify({
    channel: 'orderbooks',
    symbol,
    asks: [{ price: '101', size: '1' }],
    bids: [{ price: '99', size: '1' }],
    timestamp: new Date().toISOString(),
  })

/** @throws nothing: what the script throws is told as a refusal of the venue */
export async function scriptedVenue({ answer, command }: Script): Promise<ScriptedVenue> {
  const asked: Asked[] = []
  const commands: ScriptedVenue['commands'] = []
  const streams = new Set<WebSocket>()
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => {
      text += part.toString()
    })
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venue')
      const body = JSON.parse(text === '' ? '{}' : text) as Asked['body']
      const question = {
        method: request.method ?? 'GET',
        path: pathname.replace(/^\/\w+/, ''),
        query: searchParams,
        body,
      }
      asked.push(question)
      const responsetime = new Date().toISOString()
      try {
        const data = question.path === '/v1/ws-auth' ? 'token' : answer?.(question)
        response.end(JSON.stringify({ status: 0, ...(data === undefined ? {} : { data }), responsetime }))
      } catch (error) {
        const code = error instanceof Error ? error.message : 'ERR-0'
        response.end(
          JSON.stringify({ status: 1, messages: [{ message_code: code, message_string: 'no' }], responsetime }),
        )
      }
    })
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (stream, request) => {
    streams.add(stream)
    stream.on('close', () => streams.delete(stream))
    const isPrivate = request.url?.startsWith('/ws/private/') ?? false
    stream.on('message', (data: Buffer) => {
      const said = JSON.parse(data.toString()) as { channel: string; symbol?: string }
      commands.push({ isPrivate, channel: said.channel })
      command?.(stream, { isPrivate, ...said })
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    commands,
    streams,
    close: () => {
      for (const stream of streams) stream.terminate()
      sockets.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
