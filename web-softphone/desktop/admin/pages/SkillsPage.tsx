import { IconStars } from '@tabler/icons-react';
import { useDesktop } from '../../ui/hooks.js';
import type { Skill } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { RemoveButton } from '../parts/Confirm.js';
import { Entry } from '../parts/Entry.js';
import { FormPage, Section } from '../parts/FormPage.js';
import { NameFields, nameErrors, TextField } from '../parts/fields.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub } from '../parts/small.js';
import { useRecord } from '../parts/use-record.js';

const path = '/desktop/admin/skills';
const languages = ['en', 'ko'];

export function SkillsPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <SkillList />;
  return (
    <Entry collection={house.skills} id={id} listHref={path}>
      {skill => <SkillForm key={skill?.id ?? 'new'} skill={skill} />}
    </Entry>
  );
}

function SkillList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const { rows, failure } = useCollection(house.skills);
  return (
    <ListPage
      title={t.pages.skills}
      text={t.skills.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.skills.load()}
      keyOf={skill => skill.id}
      hrefOf={skill => `${path}/${skill.id}`}
      add={{ href: `${path}/new`, label: t.skills.addOne }}
      empty={{ icon: IconStars, title: t.skills.empty, text: t.skills.emptyText }}
      columns={[
        {
          key: 'name',
          label: t.skills.what,
          value: skill => `${nameOf(skill.name)} ${skill.key}`,
          cell: skill => (
            <>
              {nameOf(skill.name)}
              <Sub>{skill.key}</Sub>
            </>
          ),
        },
        { key: 'agents', label: t.skills.agents, value: skill => skill.agents, numeric: true },
        { key: 'queues', label: t.skills.queues, value: skill => skill.queues.join(', ') || t.none },
      ]}
    />
  );
}

type SkillValues = Pick<Skill, 'key' | 'name'>;

function SkillForm({ skill }: { skill: Skill | undefined }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const nameOf = useNameOf();
  const record = useRecord<Skill, SkillValues>({
    row: skill,
    values: skill ? { key: skill.key, name: skill.name } : { key: '', name: { en: '', ko: '' } },
    valuesOf: ({ key, name }) => ({ key, name }),
    validate: values => nameErrors(values, t),
    save: (row, changes) => (row ? house.skills.change(row, changes) : house.skills.add(changes)),
    read: row => house.skills.read(row.id),
    onAdded: () => route.leave(path),
  });
  return (
    <FormPage
      title={skill ? nameOf(skill.name) : t.skills.newTitle}
      back={{ href: path, label: t.pages.skills }}
      record={record}
      labels={{ name: t.skills.name }}
      actions={
        skill && (
          <RemoveButton
            collection={house.skills}
            row={skill}
            listHref={path}
            title={t.skills.removeTitle(nameOf(skill.name))}
            text={t.skills.removeText}
            disabled={noteOf(skill, t).text !== undefined}
          />
        )
      }
    >
      <Section title={t.skills.what} {...noteOf(skill, t)}>
        <NameFields form={record.form} />
        <TextField
          form={record.form}
          field="key"
          label={t.key}
          help={t.keyHelp}
          maxLength={40}
          readOnly={!!skill}
        />
      </Section>
    </FormPage>
  );
}

/** Why it cannot be removed. */
function noteOf(skill: Skill | undefined, t: ReturnType<typeof useAdminText>): { text?: string } {
  if (!skill) return {};
  if (languages.includes(skill.key)) return { text: t.skills.language };
  return skill.agents > 0 || skill.queues.length > 0 ? { text: t.skills.inUse } : {};
}
