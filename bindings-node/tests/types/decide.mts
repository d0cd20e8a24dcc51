// Decisions as TypeScript sees them: what belongs to which action, and what a policy may hold.

import { fit, learnContacts, type Contact, type Decision, type DecideRow, type Learned, type Policy } from 'beforehand'

const policy: Policy = {
  marginShare: 0.4,
  offers: [{ name: 'reminder', probWinBack: 0.2 }],
  channels: [{ name: 'sms', cost: 0.1 }],
  limits: { channels: [{ name: 'sms', quietHours: { begins: '21:00', ends: '08:00' }, weekdays: ['monday'] }], capIgnored: null },
  routes: [{ route: 'approve', discountAbove: 0.15 }],
}
const log = [
  { customer: 'c', item: 'filter', at: new Date(), amount: '12.50' },
  { customer: 'c', at: new Date(), kind: 'contact', channel: 'sms', offer: 'reminder', propensity: 0.9 },
]
const model = await fit(log, { asOf: new Date() })
const decision: Decision = model.decideFor(log, { asOf: new Date(), policy })

/** Each action has what belongs to it, and there is no fifth one. */
function told(decision: Decision): string {
  switch (decision.action) {
    case 'contact': {
      const contact: Contact = decision
      const at: Date = decision.contactAt
      const text: string | undefined = decision.message?.text
      return `${contact.offer} over ${decision.channel} at ${at.toISOString()}: ${text}`
    }
    case 'wait':
      return decision.untilAt.toISOString()
    case 'abstain':
      return decision.because === 'missing' ? decision.missing.join() : decision.because
    case 'hand_off': {
      const why: 'doubt' | 'rule' = decision.because
      return `${decision.to}: ${why}`
    }
    default: {
      const none: never = decision
      return none
    }
  }
}
console.log(told(decision), decision.reasoning.words, decision.reasoning.runnerUp?.parts)

// @ts-expect-error not before the action is known
decision.contactAt
if (decision.action === 'wait') {
  // @ts-expect-error what belongs to a contact
  decision.message
}
// @ts-expect-error there is no such action
if (decision.action === 'call') console.log()

// Everyone's decisions: words are words, and there may be none.
const table = await model.decide(log, { asOf: new Date(), policy })
const actions: readonly ('contact' | 'wait' | 'abstain' | 'hand_off')[] = table.columns.action
for (const row of table) {
  const typed: DecideRow = row
  const route: 'auto' | 'approve' | null = typed.route
  const at: Date | null = row.at
  // @ts-expect-error nothing for a contact
  const because: string = row.because
  console.log(actions.length, route, at, because)
}

// What was learned goes back as it came.
const learned: Learned = await learnContacts(log, { asOf: new Date(), policy, windowDays: 14 })
model.decideFor(log, { asOf: new Date(), policy: { ...policy, learned }, customer: 'c' })

// @ts-expect-error a policy without a margin
const noMargin: Policy = { offers: [], channels: [] }
// @ts-expect-error no such weekday
const noDay: Policy = { ...policy, limits: { channels: [{ name: 'sms', weekdays: ['mon'] }] } }
// @ts-expect-error a misspelled option of an offer
const noName: Policy = { ...policy, offers: [{ name: 'x', probWinback: 0.1 }] }
// @ts-expect-error the policy must be given
model.decideFor(log, { asOf: new Date() })
console.log(noMargin, noDay, noName)
