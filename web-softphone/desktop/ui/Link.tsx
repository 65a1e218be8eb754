import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react';
import { useDesktop } from './hooks.js';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & {
  href: string;
  ref?: Ref<HTMLAnchorElement>;
};

/** A link to another page of the desktop: followed without loading, so that a call goes on. */
export function Link({ href, onClick, ...rest }: Props) {
  const { route } = useDesktop();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (event.defaultPrevented || elsewhere) return;
    event.preventDefault();
    route.go(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
