export { hoursByKey, queueHours } from './hours-sql.js';
export {
  type ClockSpan,
  clockSpanPattern,
  isOpen,
  nextOpening,
  type OpeningHours,
  type OpenSpan,
  openSpans,
  openState,
  type Weekday,
  weekdays,
} from './opening-hours.js';
export {
  type HolidayCalendar,
  holidayCalendars,
  type PublicHoliday,
  publicHoliday,
} from './public-holidays.js';
export { hoursRoutes } from './routes.js';
