import { Button, Loader, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconAdjustments, IconHeadset, IconLock } from '@tabler/icons-react';
import { Component, lazy, type ReactNode, Suspense } from 'react';
import type { Desk, Me } from '../../api/types.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useText } from '../hooks.js';
import { Link } from '../Link.js';
import classes from './administration.module.css';

const adminPath = '/desktop/admin';

export function isAdminPath(path: string): boolean {
  return path === adminPath || path.startsWith(`${adminPath}/`);
}

/** Loaded when it is opened: agents never pay for it. */
const AdminPages = lazy(async () => ({ default: (await import('../../admin/admin.js')).AdminPages }));

/** The pages for administrators, in the place of the desk. */
export function Administration({ me }: { me: Me }) {
  const t = useText();
  if (me.role === 'agent') {
    return (
      <main id="stage" tabIndex={-1} className={classes.centre}>
        <IconLock size={40} stroke={1.5} aria-hidden color="var(--rb-muted)" />
        <Title order={2} size="h3">
          {t.admin.forbidden}
        </Title>
        <Text c="dimmed">{t.admin.forbiddenText}</Text>
        <Button component={Link} href="/desktop/">
          {t.admin.toDesk}
        </Button>
      </main>
    );
  }
  return (
    <NotLoaded>
      <Suspense
        fallback={
          <main id="stage" tabIndex={-1} className={classes.centre} aria-busy>
            <VisuallyHidden role="status">{t.loading}</VisuallyHidden>
            <Loader />
          </main>
        }
      >
        {/* React waits for it: the pages are never seen without their styles. */}
        <link rel="stylesheet" href="/desktop/admin.css" precedence="admin" />
        <AdminPages me={me} />
      </Suspense>
    </NotLoaded>
  );
}

/** Their files could not be fetched: the network is away, or a new version has taken their place. */
class NotLoaded extends Component<{ children: ReactNode }, { failure: unknown }> {
  override state = { failure: null as unknown };

  static getDerivedStateFromError(failure: unknown) {
    return { failure };
  }

  override render(): ReactNode {
    if (this.state.failure === null) return this.props.children;
    return <LoadProblem failure={this.state.failure} />;
  }
}

function LoadProblem({ failure }: { failure: unknown }) {
  const t = useText();
  return (
    <main id="stage" tabIndex={-1} className={classes.centre}>
      <ProblemAlert title={t.admin.notLoaded} failure={failure} onRetry={() => window.location.reload()} />
    </main>
  );
}

/** From the desk to the administration, and back. */
export function PlaceSwitch({ administration }: { administration: boolean }) {
  const t = useText();
  const Icon = administration ? IconHeadset : IconAdjustments;
  const label = administration ? t.admin.desk : t.admin.title;
  return (
    <Link
      href={administration ? '/desktop/' : adminPath}
      className={classes.place}
      data-testid={administration ? 'to-desk' : 'to-admin'}
    >
      <Icon size={20} aria-hidden />
      <span className={classes.placeLabel}>{label}</span>
    </Link>
  );
}

/** Something goes on at the desk while its agent is here. */
export function WaitingDesk({ desk }: { desk: Desk | null }) {
  const t = useText();
  const { current } = desk ?? {};
  if (!current) return null;
  const offered = current.state === 'offered';
  return (
    <div className={classes.waiting} data-offered={offered} role={offered ? 'alert' : 'status'}>
      <span>{offered ? t.admin.offerWaits : t.admin.callGoesOn}</span>
      <Button component={Link} href="/desktop/" size="xs" data-testid="back-to-call">
        {t.admin.toDesk}
      </Button>
    </div>
  );
}
