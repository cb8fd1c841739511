/** Getting a file in: picked, dropped or pasted. */
import { type DragEvent, type ReactNode, useId, useRef, useState } from 'react';
import { Button, Disclosure, Note, TextArea } from '@/components';
import { type CsvTable, decode, parseCsv } from './csv';
import styles from './Many.module.css';
import { composeText as t } from './text';

export interface CsvFile {
  /** Another file is another id, whatever it holds. */
  id: number;
  name: string;
  text: string;
  table: CsvTable;
  /** The letters were guessed: the file is neither UTF-8 nor UTF-16. */
  guessed: boolean;
}

let last = 0;

export function csvFile(name: string, text: string, guessed = false): CsvFile {
  last += 1;
  return { id: last, name, text, table: parseCsv(text), guessed };
}

export async function readCsv(file: File): Promise<CsvFile> {
  const { text, guessed } = decode(await file.arrayBuffer());
  return csvFile(file.name, text, guessed);
}

/** A button that opens the computer's own file dialog. */
export function PickButton({ label, onPick }: { label: string; onPick: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <>
      <label className="vh" htmlFor={id}>
        {t.csv.file}
      </label>
      <input
        ref={input}
        id={id}
        className="vh"
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onPick(file);
          event.target.value = '';
        }}
      />
      <Button icon="upload" onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  );
}

export interface CsvPickProps {
  onFile: (file: CsvFile) => void;
  children?: ReactNode;
}

export function CsvPick({ onFile }: CsvPickProps) {
  const [over, setOver] = useState(false);
  const [pasted, setPasted] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const take = (file: CsvFile) => {
    if (file.table.rows.length === 0) {
      setProblem(t.csv.noRows);
      return;
    }
    setProblem(null);
    onFile(file);
  };
  const read = (file: File) => {
    readCsv(file).then(take, () => setProblem(t.csv.unreadable));
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) read(file);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementInteractions: dropping is a second way; the button in it is the first
    <section
      aria-label={t.csv.drop}
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      onPaste={(event) => {
        if (event.target instanceof HTMLTextAreaElement) return;
        const text = event.clipboardData.getData('text/plain');
        if (text.includes('\n')) take(csvFile(t.csv.pasted, text));
      }}
    >
      <b className="medium">{t.csv.drop}</b>
      <p className="ink2 prose">{t.csv.dropSay}</p>
      <PickButton label={t.csv.choose} onPick={read} />
      {problem !== null && (
        <Note signal="danger" role="alert">
          {problem}
        </Note>
      )}
      <Disclosure summary={t.csv.paste}>
        <div className={styles.paste}>
          <TextArea label={t.csv.pasteLabel} mono rows={5} value={pasted} onChange={setPasted} />
          <Button disabled={pasted.trim() === ''} onClick={() => take(csvFile(t.csv.pasted, pasted))}>
            {t.csv.use}
          </Button>
        </div>
      </Disclosure>
    </section>
  );
}
