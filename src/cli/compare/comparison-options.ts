import { LANGUAGES } from '../../report/messages/languages.ts';
import { choice } from '../option-values.ts';
import { flag, value } from '../options.ts';

/** How a comparison, or a budget made from one, is written. */
const FORMATS = ['text', 'markdown', 'json'] as const;

export const COMPARISON_OPTIONS = {
  format: value(
    '--format <format>',
    `${FORMATS.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`,
    choice(FORMATS),
    'text',
  ),
  lang: value('--lang <language>', `output language: ${LANGUAGES.join(' or ')}`, choice(LANGUAGES), 'en'),
  json: flag('--json', 'the same as --format json'),
};
