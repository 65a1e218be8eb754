/** The session timer of one dialog (RFC 4028 sections 7.2, 9 and 10) as states and events. */
import { type Table, to } from '../../transaction/table.js';

/**
 * `off`: the session has no limit. `refresher`: we keep it alive. `refreshing`: our refresh is under way. `watching`:
 * the peer keeps it alive.
 */
export type SessionTimerState = 'off' | 'refresher' | 'refreshing' | 'watching' | 'ended';
/**
 * The first three are what a 2xx to an INVITE or UPDATE says, in either direction. `refreshDue` and `expired` are
 * timers. `again`, `declined` and `lost` are how our refresh failed: it may be repeated; it may not, and the session
 * lives on to its end; the peer is gone.
 */
export type SessionTimerEvent =
  | 'weRefresh'
  | 'peerRefreshes'
  | 'unlimited'
  | 'refreshDue'
  | 'expired'
  | 'again'
  | 'declined'
  | 'lost'
  | 'stop';
export type SessionTimerAction =
  | 'stopTimers'
  | 'startRefresh'
  | 'startRetry'
  | 'startExpiry'
  | 'sendRefresh'
  | 'hangUp';

const c = to<SessionTimerState, SessionTimerAction>;

const weRefresh = c('refresher', 'stopTimers', 'startRefresh', 'startExpiry');
const peerRefreshes = c('watching', 'stopTimers', 'startExpiry');
const unlimited = c('off', 'stopTimers');
const over = c('ended', 'stopTimers', 'hangUp');
const stop = c('ended', 'stopTimers');

export const sessionTimer: Table<SessionTimerState, SessionTimerEvent, SessionTimerAction> = {
  off: {
    weRefresh,
    peerRefreshes,
    unlimited,
    refreshDue: c('off'),
    expired: c('off'),
    again: c('off'),
    declined: c('off'),
    lost: c('off'),
    stop,
  },
  refresher: {
    weRefresh,
    peerRefreshes,
    unlimited,
    refreshDue: c('refreshing', 'sendRefresh'),
    expired: over,
    // A refresh of ours that another one has overtaken says nothing any more.
    again: c('refresher'),
    declined: c('refresher'),
    lost: c('refresher'),
    stop,
  },
  refreshing: {
    weRefresh,
    peerRefreshes,
    unlimited,
    refreshDue: c('refreshing'),
    expired: over,
    again: c('refresher', 'startRetry'),
    declined: c('refresher'),
    lost: over,
    stop,
  },
  watching: {
    weRefresh,
    peerRefreshes,
    unlimited,
    refreshDue: c('watching'),
    expired: over,
    again: c('watching'),
    declined: c('watching'),
    lost: c('watching'),
    stop,
  },
  ended: {
    weRefresh: c('ended'),
    peerRefreshes: c('ended'),
    unlimited: c('ended'),
    refreshDue: c('ended'),
    expired: c('ended'),
    again: c('ended'),
    declined: c('ended'),
    lost: c('ended'),
    stop: c('ended'),
  },
};
