/** PostgreSQL, appendix A: unique_violation. */
const taken = '23505';

/** Whether a statement was refused by this unique index. */
export function violates(error: unknown, index: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === taken &&
    'constraint_name' in error &&
    error.constraint_name === index
  );
}
