export { Alarm } from './alarm.js';
export { type Announcement, Announcements } from './announcements.js';
export { isDatabaseAway, type StepKey, takeStep, unlessTaken, untilTaken } from './away.js';
export { type ConnectionOptions, connect, type Fragment, type Sql } from './connection.js';
export { migrate, SchemaError } from './migrate.js';
export { NodeLease, NodeNameTaken } from './node-lease.js';
export { StoreClock } from './store-clock.js';
export { transaction } from './transaction.js';
