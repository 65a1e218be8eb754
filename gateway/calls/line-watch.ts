import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import { type Endpoint, type EndpointStatistics, MediaError } from '../media/index.js';
import type { Sql } from '../store/index.js';
import { GradeFollower } from './line-grade.js';

/** How often each line is looked at, milliseconds. */
const everyMs = 5_000;

interface Line {
  /** Of its leg. */
  id: string;
  endpoint: Endpoint;
  follower: GradeFollower;
}

/**
 * Looks at every line of this gateway and writes down how it sounds: the figures of all in one statement, and an event for
 * each that sounds otherwise than before.
 */
export class LineWatch {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #lines = new Set<Line>();
  readonly #looks: Latest;
  #timer: NodeJS.Timeout | undefined;

  constructor(sql: Sql, logger: Logger) {
    this.#sql = sql;
    this.#logger = logger;
    this.#looks = new Latest(
      () => this.#look(),
      error => logger.error({ err: error }, 'the quality of the lines is not written down'),
    );
  }

  /** Returns what ends it. */
  follow(id: string, endpoint: Endpoint): () => void {
    const line: Line = { id, endpoint, follower: new GradeFollower() };
    this.#lines.add(line);
    this.#timer ??= setInterval(() => this.#looks.request(), everyMs).unref();
    return () => {
      this.#lines.delete(line);
      if (this.#lines.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #look(): Promise<void> {
    const found = await Promise.all([...this.#lines].map(line => this.#lookAt(line)));
    const rows = found.filter(row => row !== undefined);
    if (rows.length > 0) await storeGrades(this.#sql, rows);
  }

  async #lookAt(line: Line): Promise<GradedLine | undefined> {
    try {
      const quality = await line.endpoint.statistics();
      if (!this.#lines.has(line)) return undefined;
      const changed = line.follower.look(quality);
      return { id: line.id, quality, changed, grade: line.follower.grade ?? null };
    } catch (error) {
      // It is over, or its engine is: whoever holds the leg hears of that.
      if (!(error instanceof MediaError)) throw error;
      this.#logger.debug({ err: error, legId: line.id }, 'line not measured');
      return undefined;
    }
  }
}

interface GradedLine {
  id: string;
  quality: EndpointStatistics;
  grade: string | null;
  changed: boolean;
}

/** How the lines sound now; those that sound otherwise than before are in the history. */
async function storeGrades(sql: Sql, lines: readonly GradedLine[]): Promise<void> {
  await sql`
    with graded as (
      update legs l set quality = n.quality, grade = n.grade
      from jsonb_to_recordset(${sql.json(lines.map(line => ({ ...line, quality: { ...line.quality } })))}) as n (
        id uuid, quality jsonb, grade text, changed boolean)
      where l.id = n.id and l.state <> 'ended'
      returning l.tenant_id, l.interaction_id, l.role, l.grade, n.changed
    )
    insert into events (tenant_id, type, interaction_id, queue_id, data)
    select g.tenant_id, 'line_graded', g.interaction_id, i.queue_id, jsonb_build_object('role', g.role, 'grade', g.grade)
    from graded g join interactions i on i.id = g.interaction_id where g.changed`;
}
