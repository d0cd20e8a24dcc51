// What the tests share: servers of the machine, and logs.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventRow } from 'beforehand'

export const DAY = 86_400_000

/** A server on a free port of loopback. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Numbers that look random and are the same in every run. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A log in which customers buy each item in a rhythm of their own around the item's. */
export function log(customers: number, from: number, to: number): EventRow[] {
  const random = numbers(7)
  const rhythms = { filter: 97, coffee: 30, soap: 55 }
  const out: EventRow[] = []
  for (let customer = 1; customer <= customers; customer++) {
    for (const [item, days] of Object.entries(rhythms)) {
      const own = days * (0.8 + 0.4 * random())
      for (let at = from + own * random() * DAY; at < to; at += own * (0.9 + 0.2 * random()) * DAY) {
        out.push({ customer: `c${customer}`, item, at: new Date(at), quantity: 1 })
      }
    }
  }
  return out
}

export interface Postgres {
  readonly port: number
  readonly stop: () => void
}

/** A PostgreSQL of its own on loopback; why not, when there can be none. */
export function postgres(): Postgres | string {
  const folders = ['/usr/lib/postgresql', '/usr/local/pgsql'].filter(existsSync).flatMap((root) =>
    readdirSync(root).map((version) => join(root, version, 'bin')),
  )
  const bin = [...folders.reverse(), ...(process.env['PATH'] ?? '').split(':')].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')),
  )
  if (bin === undefined) return 'no PostgreSQL server is installed here (Debian: apt-get install postgresql)'
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot && spawnSync('id', ['postgres']).status !== 0) return 'there is no user postgres to run the server as'
  const folder = mkdtempSync(join(tmpdir(), 'beforehand-pg-'))
  const run = (command: string) =>
    isRoot
      ? spawnSync('su', ['postgres', '-s', '/bin/sh', '-c', command], { cwd: '/', encoding: 'utf8' })
      : spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' })
  if (isRoot) spawnSync('chown', ['postgres', folder])
  const port = 20_000 + (process.pid % 20_000)
  const data = join(folder, 'data')
  const made = run(`${bin}/initdb -D ${data} -A trust -U postgres --no-sync`)
  if (made.status !== 0) return `initdb failed: ${made.stderr}`
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`
  const started = run(`${bin}/pg_ctl -D ${data} -w -t 60 -o '${options}' -l ${folder}/log start`)
  if (started.status !== 0) return `PostgreSQL did not start: ${started.stderr}${started.stdout}`
  const stop = (): void => {
    run(`${bin}/pg_ctl -D ${data} -m immediate stop`)
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, stop }
}
