package com.aiprod.pipeline.video;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;

/** The shapes drawn behind the text; each video has one kind. */
enum Motif {
    RINGS {
        @Override
        void draw(Canvas c) {
            double gap = c.unit * (0.055 + 0.03 * c.trait(0));
            c.g.setStroke(new BasicStroke((float) (gap * 0.5), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            int rings = 7;
            for (int i = 1; i <= rings; i++) {
                double radius = i * gap + c.unit * 0.012 * Math.sin(c.seconds * 0.7 + i * 0.8);
                double turn = 40 * c.turn + c.seconds * (i % 2 == 0 ? 9 : -7) + 77 * i * (1 + c.trait(1));
                double extent = 130 + 140 * ((i * 0.37 + c.trait(2)) % 1);
                c.color(i);
                c.g.draw(
                        new Arc2D.Double(c.x - radius, c.y - radius, 2 * radius, 2 * radius, turn, extent, Arc2D.OPEN));
            }
        }
    },
    DISCS {
        @Override
        void draw(Canvas c) {
            for (int i = 0; i < 3; i++) {
                double radius = c.unit * (0.44 - 0.11 * i) * (0.85 + 0.3 * c.trait(i));
                double angle = 2.1 * i + 6 * c.trait(4) + 0.16 * c.seconds * (i == 1 ? -1 : 1) + 0.9 * c.turn;
                double x = c.x + c.unit * 0.24 * Math.cos(angle);
                double y = c.y + c.unit * 0.24 * Math.sin(angle);
                c.color(i);
                c.g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
            }
        }
    },
    WAVES {
        @Override
        void draw(Canvas c) {
            for (int layer = 0; layer < 4; layer++) {
                double base = c.height * (0.70 + 0.075 * layer) - c.lift;
                double swing = c.unit * (0.035 + 0.03 * c.trait(layer));
                Path2D hill = new Path2D.Double();
                hill.moveTo(0, c.height);
                for (double x = 0; x <= c.width + 16; x += 16) {
                    double phase = x / c.unit * (2.2 + c.trait(layer + 1)) + layer * 1.9 + c.turn * 1.1;
                    double y = base
                            + swing * Math.sin(phase + c.seconds * (0.35 + 0.1 * layer))
                            + swing * 0.5 * Math.sin(phase * 1.7 - c.seconds * 0.3);
                    hill.lineTo(x, y);
                }
                hill.lineTo(c.width + 16, c.height);
                hill.closePath();
                c.color(layer);
                c.g.fill(hill);
            }
        }
    },
    RIBBONS {
        @Override
        void draw(Canvas c) {
            AffineTransform upright = c.g.getTransform();
            c.g.rotate(Math.toRadians(c.trait(0) < 0.5 ? -32 : 32), c.x, c.y);
            double thick = c.unit * (0.045 + 0.025 * c.trait(1));
            for (int i = -5; i <= 5; i++) {
                double length = c.unit * (0.35 + 0.5 * Math.abs(Math.sin(i * 2.3 + 9 * c.trait(2))));
                double slide = c.unit * 0.09 * Math.sin(c.seconds * 0.45 + i * 1.3 + c.turn * 1.6);
                double x = c.x - length / 2 + slide + c.unit * 0.12 * Math.sin(i * 1.7);
                c.color(i + 5);
                c.g.fill(new RoundRectangle2D.Double(x, c.y + i * thick * 1.55, length, thick, thick, thick));
            }
            c.g.setTransform(upright);
        }
    },
    DOTS {
        @Override
        void draw(Canvas c) {
            double step = c.unit * 0.052;
            int reach = 9;
            for (int row = -reach; row <= reach; row++) {
                for (int column = -reach; column <= reach; column++) {
                    double distance = Math.hypot(row, column);
                    if (distance > reach) {
                        continue;
                    }
                    double wave = Math.sin(distance * (0.75 + 0.5 * c.trait(0)) - c.seconds * 1.1 - c.turn * 2);
                    double radius = step * 0.46 * (1 - distance / (reach + 1)) * (0.72 + 0.42 * wave);
                    double shift = (row & 1) == 0 ? 0 : step / 2;
                    double x = c.x + column * step + shift;
                    double y = c.y + row * step * 0.87;
                    c.color(wave > 0.2 ? 0 : 1);
                    c.g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
                }
            }
        }
    },
    TILES {
        @Override
        void draw(Canvas c) {
            double side = c.unit * 0.125;
            for (int row = -3; row < 3; row++) {
                for (int column = -3; column < 3; column++) {
                    long cell = Math.floorMod(row * 73856093L ^ column * 19349663L ^ (long) (c.trait(0) * 1e6), 97);
                    if (cell % 5 == 0) {
                        continue;
                    }
                    double swing = Math.sin(c.seconds * 0.5 + cell) * 0.5 + c.turn;
                    double quarter = 90 * (cell % 4) + 90 * eased(swing - Math.floor(swing)) + 90 * Math.floor(swing);
                    double x = c.x + column * side;
                    double y = c.y + row * side;
                    AffineTransform upright = c.g.getTransform();
                    c.g.rotate(Math.toRadians(quarter), x + side / 2, y + side / 2);
                    c.color((int) cell);
                    c.g.fill(
                            cell % 3 == 0
                                    ? new Ellipse2D.Double(x + side * 0.2, y + side * 0.2, side * 0.6, side * 0.6)
                                    : new Arc2D.Double(x - side, y - side, 2 * side, 2 * side, 270, 90, Arc2D.PIE));
                    c.g.setTransform(upright);
                }
            }
        }
    },
    RAYS {
        @Override
        void draw(Canvas c) {
            int rays = 9 + (int) (c.trait(0) * 6);
            double far = c.unit * 1.15;
            double near = c.unit * (0.13 + 0.05 * c.trait(1));
            double first = c.seconds * 0.045 + 0.5 * c.turn;
            for (int i = 0; i < rays; i++) {
                double angle = first + 2 * Math.PI * i / rays;
                double half = Math.PI / rays * (0.36 + 0.14 * Math.sin(c.seconds * 0.6 + i));
                double reach = far * (0.62 + 0.2 * Math.sin(i * 2.4 + c.seconds * 0.3));
                Path2D ray = new Path2D.Double();
                ray.moveTo(c.x + near * Math.cos(angle - half), c.y + near * Math.sin(angle - half));
                ray.lineTo(c.x + reach * Math.cos(angle - half), c.y + reach * Math.sin(angle - half));
                ray.lineTo(c.x + reach * Math.cos(angle + half), c.y + reach * Math.sin(angle + half));
                ray.lineTo(c.x + near * Math.cos(angle + half), c.y + near * Math.sin(angle + half));
                ray.closePath();
                c.color(i);
                c.g.fill(ray);
            }
            c.color(1);
            double core = near * 0.78;
            c.g.fill(new Ellipse2D.Double(c.x - core, c.y - core, 2 * core, 2 * core));
        }
    },
    CONTOURS {
        @Override
        void draw(Canvas c) {
            c.g.setStroke(new BasicStroke((float) (c.unit * 0.007), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            for (int level = 1; level <= 13; level++) {
                double radius = c.unit * 0.043 * level;
                Path2D line = new Path2D.Double();
                for (int step = 0; step <= 96; step++) {
                    double angle = 2 * Math.PI * step / 96;
                    double bump = 0.20 * Math.sin(3 * angle + 6 * c.trait(0) + c.seconds * 0.22 + level * 0.16)
                            + 0.13 * Math.sin(2 * angle - 6 * c.trait(1) - c.seconds * 0.17 + c.turn * 1.2)
                            + 0.07 * Math.sin(5 * angle + c.seconds * 0.3 - level * 0.3);
                    double x = c.x + radius * (1 + bump) * Math.cos(angle);
                    double y = c.y + radius * (1 + bump) * Math.sin(angle);
                    if (step == 0) {
                        line.moveTo(x, y);
                    } else {
                        line.lineTo(x, y);
                    }
                }
                line.closePath();
                c.color(level / 4);
                c.g.draw(line);
            }
        }
    },
    PETALS {
        @Override
        void draw(Canvas c) {
            int petals = 6 + (int) (c.trait(0) * 5);
            double length = c.unit * (0.40 + 0.08 * c.trait(1));
            double thick = length * (0.38 + 0.16 * c.trait(2));
            AffineTransform upright = c.g.getTransform();
            for (int i = 0; i < petals; i++) {
                double angle = 2 * Math.PI * i / petals + c.seconds * 0.07 + c.turn * 0.5;
                double breath = 1 + 0.05 * Math.sin(c.seconds * 0.8 + i * 1.1);
                c.g.rotate(angle, c.x, c.y);
                c.color(i);
                c.g.fill(new Ellipse2D.Double(c.x + c.unit * 0.035, c.y - thick / 2, length * breath, thick));
                c.g.setTransform(upright);
            }
        }
    };

    /**
     * The drawing context of a motif.
     *
     * @param width width of the picture, in pixels
     * @param height height of the picture, in pixels
     * @param unit unit of measure for shapes, in pixels
     * @param x horizontal center of the motif
     * @param y vertical center of the motif
     * @param lift how far shapes that grow from the lower edge are raised, in pixels
     * @param seconds seconds since the start of the video
     * @param turn number of scenes passed; a fraction during a transition
     * @param traits traits of this video's motif, each from 0 to 1
     */
    record Canvas(
            Graphics2D g,
            Palette palette,
            float opacity,
            double width,
            double height,
            double unit,
            double x,
            double y,
            double lift,
            double seconds,
            double turn,
            List<Double> traits) {

        private double trait(int index) {
            return traits.get(index % traits.size());
        }

        private void color(int index) {
            g.setColor(
                    palette.motifs().get(Math.floorMod(index, palette.motifs().size())));
            float fade = index % 4 >= 2 ? 0.6f : 1;
            g.setComposite(AlphaComposite.SrcOver.derive(opacity * fade));
        }
    }

    abstract void draw(Canvas canvas);

    /** Eases in and out; from 0 to 1. */
    static double eased(double part) {
        double p = Math.min(Math.max(part, 0), 1);
        // Rounding can exceed 1, which no opacity may.
        return Math.min(p * p * p * (p * (p * 6 - 15) + 10), 1);
    }
}
