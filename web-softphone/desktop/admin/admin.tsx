import './admin.css';
import { useMemo } from 'react';
import type { Me } from '../api/types.js';
import { useDesktop, useStore } from '../ui/hooks.js';
import { AdminContext } from './context.js';
import { House } from './house.js';
import { AdminNav } from './nav/AdminNav.js';
import classes from './nav/nav.module.css';
import { pageOf } from './pages/pages.js';

/** The place of administrators: a menu, and the page that the address names. */
export function AdminPages({ me }: { me: Me }) {
  const { api, route } = useDesktop();
  const house = useMemo(() => new House(api), [api]);
  const path = useStore(route.path);
  const [name = '', id] = path.replace(/^\/desktop\/admin\/?/, '').split('/');
  const page = pageOf(name);
  return (
    <AdminContext value={{ house, me, readOnly: me.role !== 'admin' }}>
      <div className={classes.layout}>
        <AdminNav here={name === '' ? 'company' : name} />
        <main id="stage" tabIndex={-1} className={classes.main} data-page={name || 'company'}>
          {/* Another thing is another form. */}
          <page.Component key={path} {...(id !== undefined && id !== '' && { id: decodeURIComponent(id) })} />
        </main>
      </div>
    </AdminContext>
  );
}
