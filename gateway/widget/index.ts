export { type WidgetRouteOptions, widgetRoutes } from './routes.js';
