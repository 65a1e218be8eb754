/**
 * A site's colour as it can be read: WCAG 2.2 asks for a contrast of 4.5 between text and its ground (1.4.3), and the
 * widget writes with this colour on its own ground, and on this colour with white or ink.
 */
type Rgb = readonly [number, number, number];

const leastContrast = 4.5;
/** The darker light ground and the lighter dark one of shell.widget.css: what is readable there is so on the others. */
const grounds = { light: '#f4f6fb', dark: '#212838' } as const;

function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function hexOf(colour: Rgb): string {
  return `#${colour.map(part => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map(part => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(rgbOf(one)), luminance(rgbOf(other))].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (high + 0.05) / (low + 0.05);
}

function mixed(colour: string, towards: 0 | 255, share: number): string {
  return hexOf(rgbOf(colour).map(part => part + (towards - part) * share) as unknown as Rgb);
}

/** The colour, made darker (on light) or lighter (on dark) until it can be read. */
export function readable(colour: string, scheme: 'light' | 'dark'): string {
  const towards = scheme === 'light' ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = mixed(colour, towards, share);
    if (contrast(candidate, grounds[scheme]) >= leastContrast) return candidate;
  }
  return mixed(colour, towards, 1);
}

/** What the style sheet of the widget takes its colour from. `accent`: `#rrggbb`. */
export function accentStyle(accent: string): string {
  const rule = (scheme: 'light' | 'dark') => {
    const shade = readable(accent, scheme);
    return `:host{--accent:${shade};--accent-strong:${mixed(shade, scheme === 'light' ? 0 : 255, 0.18)}}`;
  };
  return `${rule('light')}@media(prefers-color-scheme:dark){${rule('dark')}}`;
}
