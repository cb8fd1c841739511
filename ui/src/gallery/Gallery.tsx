/** The catalogue, drawn. Its words are samples and so are not in a message file. */
import { useState } from 'react';
import type { Signal } from '@/api/generated';
import { useNow } from '@/app/clock';
import { useFormat } from '@/app/queries';
import { Screen } from '@/app/Screen';
import {
  Aspect,
  Button,
  ButtonLink,
  Checkbox,
  CheckStrip,
  Chip,
  ChoiceMenu,
  ConfirmDialog,
  CopyButton,
  commonWindow,
  Dialog,
  Disclosure,
  EmptyState,
  ErrorState,
  FactRows,
  FilterMenu,
  IconButton,
  KeyFacts,
  Lamp,
  Menu,
  Meter,
  NextBox,
  Note,
  Popover,
  Progress,
  Radios,
  Reveal,
  Section,
  Segmented,
  Select,
  SkeletonRows,
  StepBar,
  Switch,
  Table,
  Tag,
  TextArea,
  TextField,
  Timeline,
  Tooltip,
  toast,
  Waiting,
} from '@/components';
import { fixtureLines } from '@/host/fixture-lines';
import styles from './Gallery.module.css';

const signals: Signal[] = ['clear', 'caution', 'danger', 'off', 'unknown'];

export function Gallery() {
  const format = useFormat();
  const now = useNow();
  const [text, setText] = useState('Reminders');
  const [on, setOn] = useState(true);
  const [pick, setPick] = useState<'a' | 'b' | 'c'>('a');
  const [filter, setFilter] = useState<('sms' | 'email')[]>(['sms']);
  const [dialog, setDialog] = useState<'plain' | 'send' | null>(null);
  const options = [
    { value: 'a' as const, label: 'Production', hint: 'Real messages to real people' },
    { value: 'b' as const, label: 'Sandbox' },
    { value: 'c' as const, label: 'Custom', disabled: true },
  ];
  return (
    <Screen title="Gallery" actions={<Button>Action</Button>}>
      <div className={styles.grid}>
        <Section title="Lamps">
          <div className={styles.row}>
            {signals.map((s) => (
              <Lamp key={s} signal={s} size={20} />
            ))}
          </div>
          <div className={styles.row}>
            {signals.map((s) => (
              <Aspect key={s} signal={s} />
            ))}
          </div>
          {fixtureLines.slice(0, 4).map((l) => (
            <div key={l.id}>
              <CheckStrip checks={l.checks} window={commonWindow(fixtureLines, now)} format={format} />
            </div>
          ))}
        </Section>
        <Section title="Buttons">
          <div className={styles.row}>
            <Button variant="primary">Primary</Button>
            <Button>Default</Button>
            <Button icon="plus">With icon</Button>
            <Button variant="quiet">Quiet</Button>
            <Button variant="danger">Remove</Button>
            <Button variant="link">Link</Button>
            <ButtonLink to="/">Goes</ButtonLink>
          </div>
          <div className={styles.row}>
            <Button variant="primary" busy>
              Primary
            </Button>
            <Button busy>Default</Button>
            <Button icon="plus" busy>
              With icon
            </Button>
            <Button size="sm" busy>
              Small
            </Button>
            <Button disabled>Disabled</Button>
            <Button variant="primary" disabled>
              Disabled
            </Button>
            <IconButton icon="close" label="Close" />
            <IconButton icon="filter" label="Filter" pressed />
          </div>
          <div className={styles.row}>
            <Chip onRemove={() => {}} name="Today">
              Today
            </Chip>
            <FilterMenu
              label="Channel"
              options={[
                { value: 'sms', label: 'SMS', count: '42' },
                { value: 'email', label: 'Email', count: '5' },
              ]}
              value={filter}
              onChange={setFilter}
            />
            <Chip pressed={on} onClick={() => setOn(!on)}>
              Failed only
            </Chip>
            <Tag icon="practice">Practice</Tag>
            <Menu
              trigger={<Button icon="more">More</Button>}
              items={[
                {
                  label: 'Pause',
                  icon: 'pause',
                  onSelect: () => toast({ text: 'Line paused.', undo: () => {} }),
                },
                { label: 'Check now', onSelect: () => {} },
                '-',
                { label: 'Remove…', danger: true, onSelect: () => {} },
              ]}
            />
            <ChoiceMenu
              trigger={<Button>Sort</Button>}
              label="Sort by"
              options={options}
              value={pick}
              onChange={setPick}
            />
            <Popover trigger={<Button>Popover</Button>} title="More about it" showTitle>
              <p>A small panel.</p>
            </Popover>
            <Tooltip text="1,023 of 1,105 decided">92.6 %</Tooltip>
          </div>
        </Section>
        <Section title="Fields">
          <TextField label="Name" value={text} onChange={setText} hint="As it shows on the board." />
          <TextField
            label="Sender number"
            value="503-555-016"
            onChange={() => {}}
            error="9 digits; a number in this country has 10."
          />
          <TextField
            label="Search"
            hideLabel
            icon="search"
            keyHint="/"
            size="sm"
            value=""
            onChange={() => {}}
          />
          <TextField label="Mail server" optional value="" disabled onChange={() => {}} />
          <TextArea label="Message" value="Hi {name}" onChange={() => {}} rows={2} />
          <Select label="Environment" options={options} value={pick} onChange={setPick} />
        </Section>
        <Section title="Choices">
          <Checkbox label="Send now" checked={on} onChange={setOn} hint="Else at 08:00." />
          <br />
          <Checkbox label="Some" checked={false} mixed onChange={() => {}} />{' '}
          <Checkbox label="Off" checked={false} disabled onChange={() => {}} />
          <Radios label="Environment" options={options} value={pick} onChange={setPick} />
          <Switch label="Notifications" checked={on} onChange={setOn} hint="One for each incident." />
          <br />
          <Segmented
            label="View"
            options={[
              { value: 'a', label: 'One person' },
              { value: 'b', label: 'Many, from CSV' },
            ]}
            value={pick}
            onChange={(v) => setPick(v as 'a')}
          />
        </Section>
        <Section title="Facts" note="as of 11:32" end={<Button variant="link">See all</Button>}>
          <FactRows
            rows={[
              { label: 'Environment', value: <Tag>Production</Tag> },
              { label: 'Number', value: '+1 555 010 0118' },
              { label: 'Key', value: <Reveal text="sk_test_0000" label="Key, hidden" /> },
              {
                label: 'People per day',
                value: <Meter label="People per day" value={61} max={1000} text="61 of 1,000 used" />,
              },
              { label: 'Webhook', value: <CopyButton text="https://in.example/webhook" /> },
            ]}
          />
          <KeyFacts
            facts={[
              { value: '11', label: 'waiting' },
              { value: '1 h 47 min', label: 'oldest' },
            ]}
          />
          <NextBox detail="Twilio has been clear since 10:31.">Next: nothing, until you retry.</NextBox>
          <Progress value={40} max={100} label="Sending" text="40 of 100, about 1 min left" />
          <StepBar
            label="Reconnect"
            steps={[
              { label: 'Sign in', state: 'done' },
              { label: 'Check account', state: 'current' },
              { label: 'Wrong account', state: 'bad' },
              { label: 'Release', state: 'todo' },
            ]}
          />
          <Timeline
            label="What happened"
            items={[
              { key: '1', at: '2026-03-17T17:17:58Z', time: '10:17:58', text: 'Queued' },
              { key: '2', at: '2026-03-17T17:18:01Z', time: '10:18:01', text: 'Sent to Twilio', mark: 'dot' },
              {
                key: '3',
                at: '2026-03-17T17:18:02Z',
                time: '10:18:02',
                text: 'Answer 429',
                detail: '240 ms',
                mark: 'danger',
              },
              { key: '4', at: '2026-03-17T17:18:02Z', time: '10:18:02', text: 'Waiting 2 s', waiting: true },
            ]}
          />
        </Section>
        <Section title="Notes and states">
          <Note signal="caution">
            <b>3 people are in quiet hours.</b> Theirs go at 13:00 PDT.
          </Note>
          <br />
          <Note signal="danger">Nothing was changed: the account is another one.</Note>
          <br />
          <Note>10 rows are left out.</Note>
          <EmptyState action={<Button>Write a message</Button>} compact>
            Nothing has failed today.
          </EmptyState>
          <ErrorState
            compact
            error={{
              message: 'Signalbox does not answer.',
              code: 'not_reachable',
              remedy: 'It may be restarting.',
            }}
            onRetry={() => {}}
          />
          <Waiting>Asking Twilio, until 11:39</Waiting>
          <SkeletonRows label="Reading" rows={2} />
          <Disclosure summary="Request and response" end="redacted">
            <pre>POST /Messages</pre>
          </Disclosure>
        </Section>
        <Section title="Dialogs">
          <div className={styles.row}>
            <Button onClick={() => setDialog('plain')}>Dialog</Button>
            <Button onClick={() => setDialog('send')}>Rehearsal</Button>
            <Button onClick={() => toast({ text: '3 messages dismissed.', undo: () => {} })}>Toast</Button>
          </div>
          <Table
            label="Calls"
            rowKey={(r) => r.at}
            rows={[{ at: '11:29', what: 'Reply' }]}
            columns={[
              { key: 'at', header: 'Time', rowHeader: true, render: (r) => r.at },
              { key: 'what', header: 'What', align: 'end', render: (r) => r.what },
            ]}
          />
        </Section>
      </div>
      <Dialog
        open={dialog === 'plain'}
        onClose={() => setDialog(null)}
        title="Rename the line"
        description="The name shows on the board."
        footer={<Button variant="primary">Rename</Button>}
      >
        <TextField label="Name" value={text} onChange={setText} />
      </Dialog>
      <ConfirmDialog
        open={dialog === 'send'}
        onClose={() => setDialog(null)}
        title="Retry 42 messages?"
        confirm="Send 34"
        onConfirm={() => setDialog(null)}
      >
        <p>8 are too late and stay here.</p>
      </ConfirmDialog>
    </Screen>
  );
}
