import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'All jobs', render: () => [heading('All jobs'), empty('Not built yet', 'This page is a placeholder.')] };
}
