import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'A job', render: () => [heading('A job'), empty('Not built yet', 'This page is a placeholder.')] };
}
