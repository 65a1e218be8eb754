import { type Static, Type } from '@fastify/type-provider-typebox';

const strict = { additionalProperties: false };

/** One text in the languages that a site speaks; a language that is missing keeps the widget's own words. */
const Words = (maxLength: number) =>
  Type.Object(
    {
      en: Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '\\S' })),
      ko: Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '\\S' })),
    },
    strict,
  );

const Greeting = Type.Object(
  {
    key: Type.String({
      pattern: '^[a-z0-9-]{1,40}$',
      description: 'By which it is counted; it never changes.',
    }),
    text: Type.Object(
      {
        en: Type.String({ minLength: 1, maxLength: 160, pattern: '\\S' }),
        ko: Type.String({ minLength: 1, maxLength: 160, pattern: '\\S' }),
      },
      strict,
    ),
    queue: Type.String({
      minLength: 1,
      maxLength: 40,
      description: 'The key of the counter that it leads to; it is shown only while an agent of it is free.',
    }),
    pages: Type.Optional(
      Type.Array(Type.String({ pattern: '^/', maxLength: 200 }), {
        maxItems: 20,
        description: 'Paths on which it is shown; `*` stands for anything. Absent: on all.',
      }),
    ),
    afterSeconds: Type.Integer({ minimum: 0, maximum: 3600, description: 'Time on the page.' }),
    returning: Type.Optional(
      Type.Boolean({
        description: 'Only to those who were here on an earlier day, or only to those who were not.',
      }),
    ),
    cartAtLeast: Type.Optional(
      Type.Number({ minimum: 0, description: 'Only when the site said that its cart is worth so much.' }),
    ),
  },
  strict,
);

/** How the widget of a site looks and behaves. Everything has a default. */
export const WidgetSettings = Type.Object(
  {
    accent: Type.Optional(
      Type.String({
        pattern: '^#[0-9a-fA-F]{6}$',
        description: 'Its colour; made darker or lighter until it can be read on light and dark.',
      }),
    ),
    position: Type.Optional(
      Type.Union([Type.Literal('end'), Type.Literal('start')], {
        description: 'Where lines end (right, in Korean and English), or where they start. By default `end`.',
      }),
    ),
    hideWhenClosed: Type.Optional(
      Type.Boolean({ description: 'Whether there is no button while no counter takes requests.' }),
    ),
    browserCalls: Type.Optional(
      Type.Boolean({ description: 'Whether visitors may talk in the page. They may by default.' }),
    ),
    button: Type.Optional(Words(40)),
    title: Type.Optional(Words(60)),
    intro: Type.Optional(Words(200)),
    greetings: Type.Optional(Type.Array(Greeting, { maxItems: 10 })),
  },
  strict,
);
export type WidgetSettings = Static<typeof WidgetSettings>;
export type Greeting = Static<typeof Greeting>;
