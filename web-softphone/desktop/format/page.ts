/** A visitor's page, safe to link to: only http and https; null for anything else (javascript:, data:, nonsense). */
export function linkOf(url: string): { href: string; short: string } | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return null;
  const path = parsed.pathname === '/' ? '' : parsed.pathname;
  return { href: parsed.href, short: `${parsed.host}${path}` };
}
