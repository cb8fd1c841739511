/** The decisions a message is open to, as buttons. */
import type { Message } from '@/api/generated';
import { paths } from '@/app/paths';
import { useConnections } from '@/app/queries';
import { useHasRoute } from '@/app/shell/TopBarTools';
import { Button, ButtonLink, KeyHint } from '@/components';
import { type Action, allowed, needsRewrite, waitsForLine } from './allowed';
import styles from './Detail.module.css';
import { detailText as t } from './text';
import type { Decisions } from './useDecisions';
import { useHeldFocus } from './useHeldFocus';

export interface ActionsProps {
  message: Message;
  decisions: Decisions;
  /** No primary button: another decision holds it (rows are ticked). */
  quiet?: boolean | undefined;
  /** Shows which keys do the same. */
  keys?: boolean | undefined;
}

export function Actions({ message, decisions, quiet = false, keys = false }: ActionsProps) {
  // A decision takes its own button away: the next one takes the focus.
  const group = useHeldFocus<HTMLFieldSetElement>();
  const canCompose = useHasRoute('/compose');
  const canLine = useHasRoute('/lines/$id');
  const line = useConnections()?.find((l) => l.id === message.connection);
  const can = allowed(message);
  const busy = (what: Action) => decisions.busy?.what === what && decisions.busy.id === message.id;
  const rewrite = needsRewrite(message);
  const lead = quiet || rewrite ? 'default' : 'primary';

  const buttons = [
    can.includes('undismiss') && (
      <Button key="undismiss" busy={busy('undismiss')} onClick={() => decisions.undismiss([message.id])}>
        {t.actions.undismiss}
      </Button>
    ),
    can.includes('retry') && (
      <Button
        key="retry"
        variant={message.state === 'needs_attention' ? lead : 'default'}
        busy={busy('retry')}
        onClick={() => decisions.retry(message)}
      >
        {message.state === 'cancelled' || message.state === 'expired'
          ? t.actions.sendAfterAll
          : t.actions.retry}
        {keys && <KeyHint keys="r" />}
      </Button>
    ),
    can.includes('release') && (
      <Button key="release" busy={busy('release')} onClick={() => decisions.release(message)}>
        {message.hold?.reason === 'scheduled' ? t.actions.releaseNow : t.actions.release}
      </Button>
    ),
    rewrite && message.state === 'needs_attention' && canCompose && (
      <ButtonLink
        key="rewrite"
        to={paths.compose({
          channel: message.channel,
          to: message.failure?.class === 'recipient' ? undefined : message.to,
        })}
      >
        {t.actions.rewrite}
      </ButtonLink>
    ),
    waitsForLine(message) && canLine && line !== undefined && (
      <ButtonLink
        key="line"
        variant={line.can.includes('reconnect') && line.state === 'reconnect' ? lead : 'default'}
        to={paths.line(line.id, line.state === 'reconnect' ? 'reconnect' : undefined)}
      >
        {line.state === 'reconnect' ? t.actions.reconnect : t.actions.openLine}
      </ButtonLink>
    ),
    can.includes('dismiss') && (
      <Button key="dismiss" busy={busy('dismiss')} onClick={() => decisions.dismiss([{ ids: [message.id] }])}>
        {t.actions.dismiss}
        {keys && <KeyHint keys="e" />}
      </Button>
    ),
    can.includes('cancel') && (
      <Button key="cancel" busy={busy('cancel')} onClick={() => decisions.cancel(message)}>
        {t.actions.cancel}
      </Button>
    ),
  ].filter((button) => button !== false);

  if (buttons.length === 0) return null;
  return (
    <fieldset ref={group} className={styles.buttons} aria-label={t.actions.group}>
      {buttons}
    </fieldset>
  );
}
