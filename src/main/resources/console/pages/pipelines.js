import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'Pipelines', render: () => [heading('Pipelines'), empty('Not built yet', 'This page is a placeholder.')] };
}
