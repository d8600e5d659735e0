package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of the tokens of an {@link IamDataSource}: what an operator may see, and no secret.
 * Immutable.
 *
 * @param usableUntil until when the current token may be used; null if none was signed yet
 * @param remaining for how much longer that is; zero if there is no token that may be used
 * @param awaited for how long a signing under way has been waiting for the AWS credentials
 *     provider; zero if there is none
 * @param signed how many tokens were signed
 * @param failed how many attempts to sign one failed
 * @param signingTime how long all of these attempts took together, most of which is the AWS
 *     credentials provider's
 * @param rejected how many tokens a server refused, also such as were replaced unseen
 * @param lastFailure when and why a token could not be signed or a login was refused the last time;
 *     null if that never was
 */
public record TokenStatus(
    @Nullable Instant usableUntil,
    Duration remaining,
    Duration awaited,
    long signed,
    long failed,
    Duration signingTime,
    long rejected,
    @Nullable String lastFailure) {}
