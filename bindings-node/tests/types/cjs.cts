// The same from CommonJS.

import beforehand = require('beforehand')

const history = new beforehand.History([{ customer: 'c', item: 'i', at: '2025-01-01' }])
const report: beforehand.IngestReport = history.report
console.log(report.nKept, String(report))
