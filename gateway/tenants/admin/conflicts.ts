import { ApiError, type ErrorCode } from '../../errors.js';

/** What a violated constraint means to whoever caused it (PostgreSQL, appendix A: 23505 unique, 23503 foreign key). */
const meanings: Record<string, { code: ErrorCode; field: string }> = {
  users_email_key: { code: 'email_taken', field: 'email' },
  sites_key_key: { code: 'key_taken', field: 'key' },
  tenant_numbers_pkey: { code: 'number_taken', field: 'number' },
  opening_hours_tenant_id_key_key: { code: 'key_taken', field: 'key' },
  queues_tenant_id_key_key: { code: 'key_taken', field: 'key' },
  skills_tenant_id_key_key: { code: 'key_taken', field: 'key' },
  outcome_rules_pkey: { code: 'key_taken', field: 'outcome' },
  tenant_trunks_tenant_id_name_key: { code: 'key_taken', field: 'name' },
  holidays_pkey: { code: 'key_taken', field: 'day' },
};

/** Runs a statement; a row that may not be, becomes an error with a name. */
export async function refusingConflicts<T>(statement: () => PromiseLike<T>): Promise<T> {
  try {
    return await statement();
  } catch (error) {
    const { code, constraint_name: constraint = '' } = error as { code?: string; constraint_name?: string };
    const meaning = meanings[constraint];
    if (code === '23505' && meaning) throw new ApiError(meaning.code, { field: meaning.field, cause: error });
    if (code === '23503') throw new ApiError('still_used', { cause: error });
    throw error;
  }
}
