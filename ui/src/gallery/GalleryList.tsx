/** A long list with a drawer, as Messages and Triage are built. */
import { useState } from 'react';
import type { Message } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address } from '@/app/format';
import { recipient, useFormat, useLineName, usePages } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { channelWord, stateSignal, stateWord } from '@/app/words';
import {
  Aspect,
  BulkBar,
  Button,
  DataGrid,
  Drawer,
  DrawerSection,
  NextBox,
  TwoLines,
  useSelection,
  WithDrawer,
} from '@/components';
import styles from './GalleryList.module.css';

export function GalleryList() {
  const pages = usePages('messages', { limit: 100 });
  const selection = useSelection();
  const format = useFormat();
  const lineName = useLineName();
  const now = useNow();
  const [open, setOpen] = useState<Message | null>(null);
  return (
    <Screen title="List" surface="work">
      <WithDrawer
        drawer={
          open === null ? null : (
            <Drawer
              label={`Message to ${recipient(open)}`}
              title={recipient(open)}
              subtitle={address(open.to)}
              lead={<NextBox>{open.next}</NextBox>}
              onClose={() => setOpen(null)}
            >
              <DrawerSection title="What happened">…</DrawerSection>
            </Drawer>
          )
        }
      >
        <div className={styles.list}>
          <DataGrid<Message>
            label="Messages"
            pages={pages}
            rowKey={(m) => m.id}
            rowName={recipient}
            total={pages.first?.total ?? null}
            selection={selection}
            open={open?.id ?? null}
            onOpen={setOpen}
            onClose={() => setOpen(null)}
            empty="No messages yet."
            columns={[
              { key: 'at', header: 'Time', width: '104px', render: (m) => format.when(m.created_at, now) },
              {
                key: 'to',
                header: 'To',
                width: 'minmax(140px, 1fr)',
                render: (m) => <TwoLines strong first={recipient(m)} second={address(m.to)} />,
              },
              {
                key: 'line',
                header: 'Channel, line',
                width: 'minmax(120px, 1fr)',
                hide: 'narrow',
                render: (m) => <TwoLines first={channelWord(m.channel)} second={lineName(m.connection)} />,
              },
              {
                key: 'state',
                header: 'State',
                width: 'minmax(140px, 1fr)',
                render: (m) => {
                  const signal = stateSignal(m);
                  return signal === null ? (
                    stateWord(m.state)
                  ) : (
                    <Aspect signal={signal} word={stateWord(m.state)} />
                  );
                },
              },
              { key: 'tries', header: 'Tries', width: '64px', align: 'end', render: (m) => m.attempts },
            ]}
          />
          {selection.size > 0 && (
            <BulkBar
              label="Bulk actions"
              text={`${selection.size} selected`}
              clearLabel="Clear"
              onClear={selection.clear}
            >
              <Button variant="primary">Retry {selection.size}…</Button>
            </BulkBar>
          )}
        </div>
      </WithDrawer>
    </Screen>
  );
}
