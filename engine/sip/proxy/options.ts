/** Times and caps of the proxy; milliseconds. */
export interface ProxyOptions {
  /** Requests that are being forwarded, until their final response. */
  maxProxied: number;
  /** Targets of one request, those of redirects included. */
  maxTargets: number;
  /** Timer C: how long an INVITE may go without a final response, or a 1xx that starts it again; above 3 minutes. */
  timerCMs: number;
}

export const defaultProxyOptions: ProxyOptions = {
  maxProxied: 50_000,
  maxTargets: 32,
  timerCMs: 185_000,
};
