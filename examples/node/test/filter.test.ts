import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fit, type EventRow } from 'beforehand'
import { chromium } from 'playwright-core'
import { filterPage, reminder } from '../src/filter.js'
import { DAY, listening, log } from './support.js'

const NOW = new Date('2025-11-01T09:00:00Z')
const day = (ago: number): Date => new Date(NOW.getTime() - ago * DAY)
/** A filter every 97 days, the last one 90 days ago. */
const own: EventRow[] = [0, 1, 2, 3, 4, 5].map((k) => ({ customer: 'li', item: 'filter', at: day(90 + 97 * k) }))
const model = () => fit([...log(200, day(800).getTime(), NOW.getTime()), ...own], { asOf: NOW })
const EXPECTED = '您上次购买的滤芯已使用90天，按照您的使用频率，建议提前7天备货。现在下单可享老客户9折优惠，需要为您加入购物车吗？'

test('the reminder comes on the ninetieth day, and not before', async () => {
  const fitted = await model()
  assert.equal(reminder(fitted, own, NOW), EXPECTED)
  // As the customer's past would have looked weeks earlier: nobody is bothered.
  const earlier = own.map((event) => ({ ...event, at: new Date((event.at as Date).getTime() + 30 * DAY) }))
  assert.equal(reminder(fitted, earlier, NOW), undefined)
  // Bought just now: nobody is bothered either.
  assert.equal(reminder(fitted, [...own, { customer: 'li', item: 'filter', at: day(1) }], NOW), undefined)
})

test('the reminder on a page, in a browser', async (t) => {
  const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
  if (browser === undefined) return t.skip('SKIPPED: no Chromium is installed here (Debian: apt-get install chromium)')
  const fonts = spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout ?? ''
  if (fonts.trim() === '') return t.skip('SKIPPED: no Chinese font is installed here (Debian: apt-get install fonts-wqy-microhei)')
  const server = filterPage(await model(), own, () => NOW)
  t.after(() => server.close())
  const url = await listening(server)
  const chrome = await chromium.launch({
    executablePath: browser,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  })
  t.after(() => chrome.close())
  const page = await chrome.newPage({ viewport: { width: 520, height: 330 } })
  await page.goto(url)
  assert.equal(await page.textContent('#reminder'), EXPECTED)
  const folder = process.env['SCREENSHOTS'] ?? 'dist/screenshots'
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, 'filter-reminder.png') })
  await page.click('button')
  await page.waitForSelector('#none')
  assert.equal(await page.textContent('#cart'), '购物车：1 件')
})
