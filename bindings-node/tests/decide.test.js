'use strict'

// Decisions: for one customer, for everyone, with contacts in the log, and what is said about a policy that is wrong.

const assert = require('node:assert/strict')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { before, test } = require('node:test')
const { fit, History, learnContacts } = require('beforehand')
const { fails } = require('./shop.js')
const { columns } = require('./bench/logs.js')

const DAY = 86_400_000
const start = Date.UTC(2024, 0, 1, 9)
const day = (days) => new Date(start + days * DAY)

/** The made-up shop of the core's own tests: one to three of five items per customer, each on a cycle of its own. */
function log(customers, days) {
  let state = 1n
  const uniform = () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number(state >> 11n) / 2 ** 53
  }
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, x) => sum + x, 0) - 6
  const out = []
  for (let c = 0; c < customers; c++) {
    for (const [item, cycle] of Object.entries({ filter: 97, milk: 32, coffee: 21, soap: 45, brush: 80 })) {
      if (uniform() >= 0.45) continue
      const own = cycle * Math.exp(0.15 * normal())
      const until = days * Math.min(1, 0.5 + uniform())
      for (let at = uniform() * own; at < until; at += Math.max(1, own * Math.exp(0.12 * normal()))) {
        out.push({ customer: `c${c}`, item, at: day(Math.floor(at)), amount: 30 })
      }
    }
  }
  return out
}

const policy = {
  marginShare: 0.5,
  offers: [
    { name: 'reminder', probWinBack: 0.2 },
    { name: 'returning', discountShare: 0.1, probWinBack: 0.5, minPurchases: 2 },
  ],
  channels: [
    { name: 'app', cost: 0.05 },
    { name: 'sms', cost: 0.1 },
  ],
  unpromptedShare: 0.4,
  caution: { confidence: 0.5 },
  limits: { channels: [{ name: 'app', quietHours: null }, { name: 'sms' }] },
}

const asOf = day(698)
const events = log(400, 700).filter((event) => event.at <= asOf)
let model
before(async () => {
  // A customer whose filters last about 97 days, 90 days after the last.
  for (const bought of [220, 316, 414, 511, 608]) events.push({ customer: 'wang', item: 'filter', at: day(bought), amount: 100 })
  model = await fit(events, { asOf })
})
const own = (customer) => events.filter((event) => event.customer === customer)
const decide = (data, more = {}, options = {}) => model.decideFor(data, { asOf, policy: { ...policy, ...more }, ...options })

/** The first customer of whom something holds. */
function first(holds) {
  for (let c = 0; c < 400; c++) {
    const data = own(`c${c}`)
    if (data.length > 0 && holds(decide(data))) return data
  }
  return assert.fail('nobody is like that')
}

test('a filter of ninety days is reminded of, in the words of the shop', () => {
  const chinese = {
    marginShare: 0.6,
    offers: [{ name: 'reminder', probWinBack: 0.15 }, { name: 'returning', discountShare: 0.1, probWinBack: 0.6, minPurchases: 2 }],
    channels: [{ name: 'wechat', cost: 0.05 }],
    orderValue: 100,
    unpromptedShare: 0.25,
    costs: { perIgnored: 0.5, perEarly: 0.5 },
    limits: {},
    items: [{ item: 'filter', name: '滤芯' }],
    timeZone: 'Asia/Shanghai',
    locale: 'zh-CN',
  }
  const decision = decide(own('wang'), chinese)
  assert.equal(decision.action, 'contact', decision.reasoning.words)
  const { item, nextItem, offer, discountShare, channel, contactAt, route, propensity, effect, message, reasoning } = decision
  assert.deepEqual({ item, nextItem, offer, discountShare, channel, route, propensity, effect }, {
    item: 'filter', nextItem: null, offer: 'returning', discountShare: 0.1, channel: 'wechat', route: 'auto', propensity: 1, effect: 'prior',
  })
  assert.ok(contactAt >= asOf && contactAt - asOf < DAY)
  assert.deepEqual(message, {
    key: 'reminder_offer',
    locale: 'zh-CN',
    text: '您上次购买的滤芯已使用90天，按照您的使用频率，建议提前7天备货。现在下单可享老客户9折优惠，需要为您加入购物车吗？',
  })
  assert.match(reasoning.words, /^建议联系：filter/)
  assert.ok(reasoning.candidates.length === 2 && reasoning.wouldChange.length > 0 && reasoning.gainByDay.length === 28)
  // Words of one's own, in another language.
  const messages = [{ key: 'reminder_offer', locale: 'de', text: '{{ item }}: {{ days_used }} Tage' }]
  assert.equal(decide(own('wang'), { ...chinese, locale: 'de', messages }).message.text, '滤芯: 90 Tage')
})

test('a decision is one of four, each with what belongs to it', () => {
  const keys = (decision) => Object.keys(decision).join(' ')
  const contact = decide(first((d) => d.action === 'contact'))
  assert.match(keys(contact), /^action item nextItem offer discountShare channel contactAt expectedMargin/)
  const wait = decide(first((d) => d.action === 'wait'))
  assert.equal(keys(wait), 'action untilAt item offer channel expectedMargin reasoning')
  assert.ok(wait.untilAt > asOf)
  const due = first((d) => d.action === 'contact')
  const abstain = decide(due, { marginShare: 0 })
  assert.equal(keys(abstain), 'action because propensity missing reasoning')
  assert.equal(abstain.propensity, null)
  assert.equal(abstain.because, 'no_gain')
  const person = decide(due, { routes: [{ route: 'human' }], caution: { confidence: 0.5, handOffTo: 'anna' } })
  assert.equal(keys(person), 'action to because item offer channel expectedMargin message reasoning')
  assert.deepEqual([person.action, person.to, person.because], ['hand_off', 'anna', 'rule'])
})

test('contacts in the history count, with their channels, offers and propensities', () => {
  const due = first((d) => d.action === 'contact')
  const at = (days) => new Date(asOf.getTime() - days * DAY)
  const contact = { customer: due[0].customer, kind: 'contact', channel: 'app', offer: 'reminder', propensity: 0.9 }
  // One contact yesterday: the gap holds.
  const soon = decide([...due, { ...contact, at: at(1) }])
  assert.notEqual(soon.action, 'contact')
  // Two that were ignored this week: not a third time; but answered they are no hindrance.
  const ignored = [...due, { ...contact, at: at(6) }, { ...contact, at: at(4) }]
  assert.notEqual(decide(ignored).action, 'contact')
  const opened = (days) => ({ customer: contact.customer, kind: 'open', channel: 'app', at: at(days) })
  assert.equal(decide([...due, { ...contact, at: at(6) }, opened(5.9), { ...contact, at: at(4) }, opened(3.9)]).action, 'contact')
  // Who wants nothing on a channel gets it on another one, and who wants nothing at all is left in peace.
  const out = (channel) => ({ customer: contact.customer, kind: 'opt_out', channel, at: at(20) })
  assert.equal(decide([...due, out('app')]).channel, 'sms')
  const silent = decide([...due, out(undefined)])
  assert.deepEqual([silent.action, silent.because], ['abstain', 'limit'])
  assert.equal(silent.reasoning.binding?.limit, 'opted_out')
  // The same as columns, and from a history.
  const rows = [...due, out('app')]
  const table = {}
  for (const name of ['customer', 'item', 'at', 'amount', 'kind', 'channel', 'offer', 'propensity']) {
    table[name] = rows.map((row) => row[name] ?? null)
  }
  assert.deepEqual(decide(table), decide(rows))
  assert.deepEqual(decide(new History(rows)), decide(rows))
  // Channels and offers that the policy does not know are others': they only count for caps and gaps over all channels.
  const letter = { ...contact, channel: 'letter', offer: 'old', at: at(30) }
  assert.equal(decide([...due, letter]).action, 'contact')
  assert.notEqual(decide([...due, { ...letter, at: at(1) }]).action, 'contact')
})

test('everyone at once is decided as one by one', async () => {
  const lottery = { holdoutShare: 0.2, exploreShare: 0.2, salt: 'x' }
  const all = await model.decide(events, { asOf, policy: { ...policy, lottery } })
  assert.equal(all.nRows, new Set(events.map(({ customer }) => customer)).size)
  const seen = new Set()
  for (const row of all) {
    const one = decide(own(row.customer), { lottery })
    assert.equal(row.action, one.action, row.customer)
    seen.add(one.action)
    if (one.action === 'contact') {
      assert.deepEqual(
        [row.item, row.offer, row.discountShare, row.channel, row.at, row.route, row.propensity, row.message, row.because],
        [one.item, one.offer, one.discountShare, one.channel, one.contactAt, one.route, one.propensity, one.message.text, null],
      )
      assert.ok(Math.abs(row.expectedMargin - one.expectedMargin) < 1e-9)
    }
    if (one.action === 'wait') assert.deepEqual([row.at, row.offer, row.because, row.route], [one.untilAt, one.offer, null, null])
    if (one.action === 'abstain') assert.deepEqual([row.because, row.at, row.message], [one.because, null, ''])
  }
  assert.ok(seen.has('contact') && seen.has('wait') && seen.has('abstain'), [...seen].join())
  // With room for three, the three who gain most are contacted.
  const few = await model.decide(events, { asOf, policy: { ...policy, capacity: 3 } })
  const { action, because, expectedMargin } = few.columns
  assert.equal(action.filter((word) => word === 'contact').length, 3)
  const margins = (holds) => Array.from(expectedMargin).filter((_, row) => holds(row))
  const left = margins((row) => because[row] === 'capacity')
  assert.ok(left.length > 0 && Math.min(...margins((row) => action[row] === 'contact')) >= Math.max(...left))
})

test('what contacts taught goes back into the policy', async () => {
  const taught = []
  for (let c = 0; c < 400; c++) {
    taught.push({ customer: `t${c}`, item: 'filter', at: day(600) })
    taught.push({ customer: `t${c}`, at: day(650), kind: c % 4 === 0 ? 'held_out' : 'contact', channel: 'app', offer: 'reminder', propensity: 0.75 })
    if (c % 4 && c % 3 === 0) taught.push({ customer: `t${c}`, item: 'filter', at: day(653) })
    if (c % 4 === 1) taught.push({ customer: `t${c}`, kind: 'open', channel: 'app', at: new Date(day(650).getTime() + 3.6e6) })
  }
  const learned = await learnContacts(taught, { asOf, policy })
  const [effect] = learned.effects
  assert.deepEqual([learned.effects.length, effect.offer, effect.nContacted, effect.nHeldOut], [1, 'reminder', 300, 100])
  assert.ok(Math.abs(effect.probWinBack - 1 / 3) < 1e-9 && effect.standardError < 0.1)
  assert.equal(typeof learned.hours, 'string')
  const due = first((d) => d.action === 'contact')
  const decision = decide(due, { offers: [policy.offers[0]], learned })
  assert.deepEqual([decision.action, decision.effect], ['contact', 'log'])
  await fails(() => learnContacts(taught, { asOf, policy, windowDays: 400 }), { code: 'invalid_options', field: 'windowDays', message: /windowDays is 400; allowed are/ })
})

test('a policy that is wrong is told where', async () => {
  const data = own('wang')
  const wrong = (more, message) => fails(() => decide(data, more), { code: 'invalid_options', message })
  const options = (asked) => fails(() => model.decideFor(data, { asOf, ...asked }), { code: 'invalid_options', field: 'policy', message: /./ })
  assert.match((await options({})).message, /^policy is missing: What the business may do/)
  assert.match((await options({ policy: null })).message, /^policy is null; give an object/)
  assert.match((await options({ policy: [policy] })).message, /^policy is an array; give an object/)
  assert.match((await options({ policy: { offers: [], channels: [] } })).message, /^policy\.marginShare is missing: The margin, a share/)
  // Names and kinds, seen before the core is asked.
  await wrong({ ofers: [] }, /^there is no policy\.ofers; did you mean "offers"\?/)
  await wrong({ offers: [{ name: 'reminder' }] }, /^policy\.offers\[0\]\.probWinBack is missing: P\(a customer/)
  await wrong({ offers: [policy.offers[0], { name: 'x', prob_win_back: 0.1 }] }, /^there is no policy\.offers\[1\]\.prob_win_back; did you mean "probWinBack"\?/)
  await wrong({ offers: [{ name: 'x', probWinBack: '0.1' }] }, /^policy\.offers\[0\]\.probWinBack is "0\.1" \(a string\); give a number/)
  await wrong({ channels: { app: {} } }, /^policy\.channels is an object; give an array/)
  await wrong({ limits: { channels: [{ name: 'sms', quietHours: { begins: 21, ends: '08:00' } }] } }, /^policy\.limits\.channels\[0\]\.quietHours\.begins is 21; give a string/)
  await wrong({ limits: { channels: [{ name: 'sms', weekdays: ['mon'] }] } }, /^policy\.limits\.channels\[0\]\.weekdays\[0\] is "mon" \(a string\);.*"?monday/)
  await wrong({ routes: [{ route: 'person' }] }, /^policy\.routes\[0\]\.route is "person" \(a string\);.*human/)
  await wrong({ limits: { holidays: [new Date(0)] } }, /^policy\.limits\.holidays\[0\] is a Date/)
  // Values, told by the core in the names of JavaScript.
  await wrong({ marginShare: 2 }, /^policy\.marginShare is 2; allowed are 0 to 1/)
  await wrong({ offers: [] }, /^policy\.offers is empty; give at least one/)
  await wrong({ offers: [{ name: 'reminder', probWinBack: 1.5 }] }, /^policy\.offers\[0\]\.probWinBack of "reminder" is 1\.5; allowed are 0 to 1/)
  await wrong({ channels: [policy.channels[0], policy.channels[0]], limits: {} }, /^there are two channels "app"; names must differ/)
  await wrong({ fatigue: { halfLifeDays: 0 } }, /^policy\.fatigue\.halfLifeDays is 0; allowed are 0\.01 to 3650/)
  await wrong({ caution: { confidence: 0.2 } }, /^policy\.caution\.confidence is 0\.2; allowed are 0\.5 to 0\.999/)
  await wrong({ costs: { perIgnored: -1 } }, /^policy\.costs\.perIgnored is -1; allowed are/)
  await wrong({ routes: [{ route: 'auto' }, { route: 'human', moodBelow: -3 }] }, /^policy\.routes\[1\]\.moodBelow is -3; allowed are -1 to 1/)
  await wrong({ limits: { caps: [{ maxContacts: 0, days: 7 }] } }, /^policy\.limits\.caps\[0\]\.maxContacts is 0; allowed are 1 to 1000/)
  await wrong({ limits: { channels: [{ name: 'sms', weekdays: [] }] } }, /^policy\.limits\.channels\[0\]\.weekdays \(of "sms"\) is empty/)
  await wrong({ limits: { channels: [{ name: 'smms' }] } }, /^limits name a channel "smms", but the policy's channels are app, sms/)
  await wrong({ limits: { holidays: ['25.12.2025'] } }, /policy\.limits\.holidays\[0\].*25\.12\.2025/)
  await wrong({ timeZone: 'Asia/Shangai' }, /timeZone is "Asia\/Shangai"; give an IANA name such as UTC, Europe\/Berlin/)
  await wrong({ messages: [{ key: 'reminder', locale: 'en', text: '{{ itm }}' }] }, /itm/)
  // Everyone's decisions reject with the same.
  await fails(() => model.decide(events, { asOf, policy: { ...policy, marginShare: 2 } }), { code: 'invalid_options', field: 'policy.marginShare' })
})

test('a policy is the same as long as it holds the same', async () => {
  const data = own('wang')
  const mine = structuredClone({ ...policy, orderValue: null })
  const ask = () => model.decideFor(data, { asOf, policy: mine })
  const expected = ask()
  for (let i = 0; i < 3; i++) assert.deepEqual(ask(), expected)
  const refused = (message) => fails(ask, { code: 'invalid_options', message })
  mine.offers[1].probWinBack = 1.5
  await refused(/^policy\.offers\[1\]\.probWinBack of "returning" is 1\.5/)
  mine.offers[1].probWinBack = 0.5
  assert.deepEqual(ask(), expected)
  mine.orderValue = NaN
  await refused(/^policy\.orderValue is NaN/)
  mine.orderValue = null
  mine.limits.channels[0].quietHours = []
  await refused(/quietHours is an array/)
  mine.limits.channels[0].quietHours = undefined
  assert.equal(ask().action, expected.action)
  mine.limits.channels = [undefined]
  await refused(/^policy\.limits\.channels\[0\] is undefined/)
  mine.limits = {}
  mine.marginShare = 0
  assert.equal(ask().because, 'no_gain')
  delete mine.marginShare
  await refused(/^policy\.marginShare is missing/)
  mine.marginShare = policy.marginShare
  mine.offers.pop()
  assert.equal(ask().reasoning.candidates.length, 1)
})

test('whom it is about', async () => {
  await fails(() => decide(events), { code: 'invalid_options', field: 'customer' })
  await fails(() => decide(events, {}, { customer: 'nobody' }), { code: 'unknown_customer', field: 'customer' })
  assert.deepEqual(decide(events, {}, { customer: 'wang' }), decide(own('wang')))
  const early = new Date(asOf.getTime() - DAY)
  await fails(() => model.decideFor(own('wang'), { asOf: early, policy }), { code: 'invalid_options', field: 'asOf' })
  const contactOnly = [{ customer: 'new', item: null, kind: 'contact', channel: 'app', at: day(600) }]
  await fails(() => decide(contactOnly), { code: 'unknown_customer' })
  // Nothing is known of prices: what is missing is said.
  const priceless = own('wang').map(({ amount, ...rest }) => rest)
  const { because, missing } = decide(priceless)
  assert.equal(because, 'missing')
  assert.match(missing[0], /^what an order is worth \(of filter\)/)
})

test('the loop goes on while everyone is decided', async () => {
  const many = await History.from({ ...columns(400_000, 40_000), amount: new Float64Array(400_000).fill(20) })
  const large = await fit(many, { asOf: '2025-12-31' })
  const seen = []
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const all = await large.decide(many, { asOf: '2025-12-31', policy, onProgress: ({ done }) => void seen.push(done) })
  delay.disable()
  assert.ok(all.nRows > 30_000 && seen.length > 1)
  // A busy machine must not fail the test.
  assert.ok(delay.percentile(99) / 1e6 < 200, `the loop's p99 delay is ${delay.percentile(99) / 1e6} ms`)
  const control = new AbortController()
  const begun = large.decide(many, { asOf: '2025-12-31', policy, signal: control.signal })
  setTimeout(() => control.abort(), 5)
  await fails(() => begun, { code: 'cancelled' })
})
