export { bearerToken, caller, requireSession, sessionOf } from './auth.js';
export { lockDemo, seedDemo } from './demo.js';
export { sessionRoutes } from './routes.js';
export { findSession as sessionOfToken, type Session, type User } from './sessions.js';
export { sweepSessions } from './sign-out.js';
export { findSite, isKnownOrigin, type Site } from './sites.js';
