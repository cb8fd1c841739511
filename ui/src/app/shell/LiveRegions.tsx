/** The two live regions, and what the shell itself says through them: lines that change. */
import { useEffect, useRef, useState } from 'react';
import type { Signal } from '@/api/generated';
import { announce, onAnnounce } from '../announce';
import { useConnections, useProviderName } from '../queries';
import { useSurface } from '../surface';
import { appText as t } from '../text';
import { lineName, signalWord } from '../words';

const BATCH_MS = 10_000;

function useLineNews(): void {
  const lines = useConnections();
  const provider = useProviderName();
  const before = useRef<Map<string, Signal> | null>(null);
  const batch = useRef(new Map<string, string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (lines === undefined) return;
    const old = before.current;
    before.current = new Map(lines.map((l) => [l.id, l.signal]));
    if (old === null) return;
    for (const line of lines) {
      const was = old.get(line.id);
      if (was === undefined || was === line.signal) continue;
      const say = t.live.line(lineName(line, provider(line.provider)), signalWord(line.signal));
      if (line.signal === 'danger') {
        batch.current.delete(line.id);
        announce(say, 'assertive');
        continue;
      }
      batch.current.set(line.id, say);
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        announce([...batch.current.values()].join(' '));
        batch.current.clear();
      }, BATCH_MS);
    }
  }, [lines, provider]);

  useEffect(() => () => clearTimeout(timer.current), []);
}

export function LiveRegions() {
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  const { title } = useSurface();
  const first = useRef(true);

  useEffect(
    () => onAnnounce((text, urgency) => (urgency === 'assertive' ? setAssertive : setPolite)(text)),
    [],
  );
  useLineNews();

  useEffect(() => {
    if (title === '') return;
    if (first.current) {
      first.current = false;
      return;
    }
    setPolite(t.live.arrived(title));
    // A key or the palette brought us here: the focus has no place yet.
    if (document.activeElement === null || document.activeElement === document.body) {
      document.getElementById('main')?.focus({ preventScroll: true });
    }
  }, [title]);

  return (
    <>
      <div className="vh" aria-live="polite">
        {polite}
      </div>
      <div className="vh" aria-live="assertive">
        {assertive}
      </div>
    </>
  );
}
