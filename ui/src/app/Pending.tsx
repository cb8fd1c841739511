/** While a screen's own program is fetched: only on a slow start, so it names nothing yet. */
import { SkeletonRows } from '@/components';
import { Screen } from './Screen';
import { appText as t } from './text';

export function Pending() {
  return (
    <Screen title={t.product}>
      <SkeletonRows label={t.opening} />
    </Screen>
  );
}
