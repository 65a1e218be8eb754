import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import type { Sql } from '../../store/index.js';

/** In a queue it stands for the customer's language, each of which is a skill. */
const customersLanguage = '$locale';

const Skill = Type.String({ pattern: '^(\\$locale|[a-z0-9-]{1,40})$' });
export const SkillLevel = Type.Integer({ minimum: 1, maximum: 5 });

/** What a queue asks of an agent, and how that relaxes while somebody waits. */
export const SkillSteps = Type.Array(
  Type.Object(
    {
      after: Type.Integer({ minimum: 0, maximum: 86_400, description: 'Seconds of waiting.' }),
      require: Type.Optional(
        Type.Record(Skill, SkillLevel, { maxProperties: 20, description: 'Skill → least level.' }),
      ),
      prefer: Type.Optional(Type.Array(Skill, { maxItems: 20, uniqueItems: true })),
    },
    { additionalProperties: false },
  ),
  {
    maxItems: 10,
    description: "Each from its time on; the first from 0. `$locale` is the customer's language.",
    examples: [
      [{ after: 0, require: { $locale: 4 } }, { after: 30, require: { $locale: 2 } }, { after: 60 }],
    ],
  },
);
export type SkillSteps = Static<typeof SkillSteps>;

/** @throws ApiError skill_unknown, steps_disordered: at the very place */
export async function checkSkillSteps(sql: Sql, tenantId: string, steps: SkillSteps): Promise<void> {
  for (const [index, { after }] of steps.entries()) {
    const before = steps[index - 1]?.after;
    if (before === undefined ? after !== 0 : after <= before)
      throw new ApiError('steps_disordered', { field: `skillSteps.${index}.after` });
  }
  const rows = await sql<{ key: string }[]>`select key from skills where tenant_id = ${tenantId}`;
  const known = new Set([customersLanguage, ...rows.map(({ key }) => key)]);
  for (const [index, { require = {}, prefer = [] }] of steps.entries()) {
    for (const [part, named] of [
      ['require', Object.keys(require)],
      ['prefer', prefer],
    ] as const) {
      const skill = named.find(key => !known.has(key));
      if (skill !== undefined)
        throw new ApiError('skill_unknown', { field: `skillSteps.${index}.${part}`, params: { skill } });
    }
  }
}
