import { ButtonLink, EmptyState } from '@/components';
import { paths } from './paths';
import { Screen } from './Screen';
import { appText as t } from './text';

export function NotFound() {
  return (
    <Screen title={t.notFound.title}>
      <EmptyState action={<ButtonLink to={paths.overview()}>{t.notFound.action}</ButtonLink>}>
        {t.notFound.say}
      </EmptyState>
    </Screen>
  );
}
