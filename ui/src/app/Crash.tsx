/** A screen that threw. The shell stays. */
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Button, Disclosure, Lamp } from '@/components';
import { Screen } from './Screen';
import styles from './Screen.module.css';
import { appText as t } from './text';

function detail(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
}

export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Screen title={t.crash.title}>
      <div className={styles.crash} role="alert">
        <Lamp signal="unknown" silent />
        <div>
          <p className="medium">{t.crash.title}</p>
          <p className="ink2 prose">{t.crash.say}</p>
          <Button
            onClick={() => {
              reset();
              void router.invalidate();
            }}
          >
            {t.crash.again}
          </Button>
          <Disclosure summary={t.crash.detail}>
            <pre>{detail(error)}</pre>
          </Disclosure>
        </div>
      </div>
    </Screen>
  );
}
