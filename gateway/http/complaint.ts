import type { FastifySchemaValidationError } from 'fastify';
import type { Locale } from '../errors.js';

type Sentence = (params: Record<string, unknown>) => Record<Locale, string>;

/** What a keyword of JSON Schema asks for, to a person; a pattern itself would say nothing to him. */
const sentences: Record<string, Sentence> = {
  pattern: () => ({ en: 'is not written as it has to be', ko: '형식이 올바르지 않습니다' }),
  format: ({ format }) => ({
    en: `is no ${String(format)}`,
    ko: `형식이 올바르지 않습니다(${String(format)})`,
  }),
  required: () => ({ en: 'is missing', ko: '값을 입력해야 합니다' }),
  additionalProperties: () => ({ en: 'is not known here', ko: '알 수 없는 항목입니다' }),
  minLength: ({ limit }) => ({
    en: `has to have at least ${limit} characters`,
    ko: `${limit}자 이상이어야 합니다`,
  }),
  maxLength: ({ limit }) => ({
    en: `may have at most ${limit} characters`,
    ko: `${limit}자를 넘을 수 없습니다`,
  }),
  minimum: ({ limit }) => ({ en: `has to be at least ${limit}`, ko: `${limit} 이상이어야 합니다` }),
  maximum: ({ limit }) => ({ en: `may be at most ${limit}`, ko: `${limit} 이하여야 합니다` }),
  exclusiveMinimum: ({ limit }) => ({
    en: `has to be more than ${limit}`,
    ko: `${limit}보다 커야 합니다`,
  }),
  minItems: ({ limit }) => ({ en: `has to have at least ${limit}`, ko: `${limit}개 이상이어야 합니다` }),
  maxItems: ({ limit }) => ({ en: `may have at most ${limit}`, ko: `${limit}개를 넘을 수 없습니다` }),
  uniqueItems: () => ({ en: 'names something twice', ko: '같은 값이 두 번 들어 있습니다' }),
};

/** What is wrong with a field, in words. */
export function complaint(
  field: string,
  fault: Pick<FastifySchemaValidationError, 'keyword' | 'params' | 'message'> | undefined,
): Record<Locale, string> {
  const said = fault && sentences[fault.keyword]?.(fault.params);
  if (said) return { en: `${field} ${said.en}`, ko: `${field}: ${said.ko}` };
  return { en: `${field} ${fault?.message ?? ''}`.trim(), ko: `${field}: 올바른 값이 아닙니다` };
}
