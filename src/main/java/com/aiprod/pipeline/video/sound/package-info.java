/** Composes, synthesizes, and masters the soundtrack of a video. Plain Java, no samples, no randomness but a seed. */
package com.aiprod.pipeline.video.sound;
