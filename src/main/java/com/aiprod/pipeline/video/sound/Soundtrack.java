package com.aiprod.pipeline.video.sound;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the music of a video. */
public final class Soundtrack {

    /** The longest soundtrack, in seconds; a longer one takes too much memory. */
    public static final int MOST_SECONDS = 300;

    private static final int PRIMING = 1024;

    private Soundtrack() {}

    /**
     * Writes a soundtrack of -14 LUFS as a WAV file: 16 bits, stereo, 48 kHz.
     *
     * <p>It lacks its first 1024 samples, which are almost silent. An AAC encoder puts as many before the sound, and
     * only players that know edit lists would drop them.
     *
     * @param seed equal seeds, moods, cuts, and lengths give equal bytes
     * @param cuts seconds from the start of the video at which a scene begins, in order, without 0
     * @param seconds the length, at most {@link #MOST_SECONDS}
     * @throws InterruptedException if the thread is interrupted
     */
    public static void write(Mood mood, long seed, List<Double> cuts, double seconds, Path file)
            throws IOException, InterruptedException {
        float[][] channels = make(mood, seed, cuts, seconds);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(header(4 * (channels[0].length - PRIMING)));
            for (int i = PRIMING; i < channels[0].length; i++) {
                for (float[] channel : channels) {
                    int value = Math.round(channel[i] * Short.MAX_VALUE);
                    out.write(value);
                    out.write(value >> 8);
                }
            }
        }
    }

    private static byte[] header(int bytes) {
        ByteBuffer header = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
        header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + bytes);
        header.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        header.putShort((short) 1).putShort((short) 2).putInt(Synth.RATE).putInt(4 * Synth.RATE);
        header.putShort((short) 4).putShort((short) 16);
        header.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
        return header.array();
    }

    /** The left and the right channel, from -1 to 1. */
    static float[][] make(Mood mood, long seed, List<Double> cuts, double seconds) throws InterruptedException {
        Score score = Score.compose(mood, seed, cuts, seconds);
        float[][] channels = Synth.play(score, mood, seed, (int) Math.rint(seconds * Synth.RATE));
        Reverb.add(channels[0], channels[1], 0.22 + 0.1 * (1 - mood.brightness()), 1.7);
        Master.finish(channels[0], channels[1]);
        return channels;
    }
}
