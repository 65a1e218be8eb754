/** What every popover with figures, settings or words in it has. */
export const popoverLooks = {
  width: '20rem',
  trapFocus: true,
  returnFocus: true,
  withArrow: true,
  withinPortal: true,
  shadow: 'md',
} as const;
