// The reminder of a water filter on a page: when it is due, how long it has been used, and a button for the cart.

import { createServer, type Server } from 'node:http'
import type { EventRow, Forecast, Model } from 'beforehand'

const DAY = 86_400_000
/** How long before the run-out to remind: delivery and thinking it over. */
const LEAD_DAYS = 7
/** The offer for customers who come back: ten percent off. */
const OFFER = '老客户9折优惠'

/** What is said, or nothing while it is too early. */
export function reminder(model: Model, own: readonly EventRow[], now: Date): string | undefined {
  const forecast = model.forecasts(own, { asOf: now, leadDays: LEAD_DAYS }).find(({ item }) => item === 'filter')
  if (forecast === undefined || !isDue(forecast, now)) return undefined
  const used = Math.floor((now.getTime() - (forecast.lastBoughtAt ?? now).getTime()) / DAY)
  return (
    `您上次购买的滤芯已使用${used}天，按照您的使用频率，建议提前${LEAD_DAYS}天备货。` +
    `现在下单可享${OFFER}，需要为您加入购物车吗？`
  )
}

/** Due today: by the customer's own rhythm, and likely enough. */
const isDue = ({ basis, remindAt, probAgain }: Forecast, now: Date): boolean =>
  basis === 'own' && probAgain > 0.5 && remindAt.getTime() < now.getTime() + DAY

const page = (text: string | undefined, inCart: number): string => `<!DOCTYPE html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>我的滤芯</title>
<style>
  body { font: 17px/1.7 "WenQuanYi Micro Hei", "Noto Sans CJK SC", sans-serif; background: #eef3f6; margin: 0; padding: 32px }
  main { background: #fff; border-radius: 12px; padding: 20px 24px; max-width: 420px; box-shadow: 0 2px 10px #0002 }
  h1 { font-size: 19px; margin: 0 0 8px } p { margin: 0 0 16px }
  button { font: inherit; background: #0a7d5a; color: #fff; border: 0; border-radius: 8px; padding: 8px 20px }
</style>
<main>
  <h1>补货提醒</h1>
  ${text === undefined ? '<p id="none">目前无需补货。</p>' : `<p id="reminder">${text}</p><form method="post" action="/cart"><button>加入购物车</button></form>`}
  <p id="cart">购物车：${inCart} 件</p>
</main>
</html>`

/** The page of one customer who is logged in. */
export function filterPage(model: Model, own: readonly EventRow[], now: () => Date): Server {
  let inCart = 0
  return createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/cart') {
      inCart += 1
      response.writeHead(303, { location: '/' }).end()
      return
    }
    const text = inCart > 0 ? undefined : reminder(model, own, now())
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(text, inCart))
  })
}
