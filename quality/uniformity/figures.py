"""Figures of a human set, for a panel without a reference.

They are numbers alone: no row, word or phrase of that set is here.
"""

from __future__ import annotations

from collections.abc import Mapping

NAME = "published figures of 7,434 human answers (databricks-dolly-15k)"
"""What the data stands beside if there is no reference. English, of 2023, by employees of one company."""
SIZES = (50, 100, 250, 500)
"""Sizes of parts for which there are figures."""
FIGURES: Mapping[tuple[str, int], tuple[float, float, float, float]] = {
    ("commonest_format", 50): (0.5425, 0.5194, 0.5656, 0.0416),
    ("commonest_format", 100): (0.5408, 0.5177, 0.5638, 0.03048),
    ("commonest_format", 250): (0.5383, 0.5143, 0.5623, 0.05293),
    ("commonest_format", 500): (0.5417, 0.5213, 0.5621, 0.04084),
    ("distinct_1", 50): (0.449, 0.4414, 0.4567, 0.01126),
    ("distinct_1", 100): (0.3935, 0.3845, 0.4025, 0.01917),
    ("distinct_1", 250): (0.3325, 0.3219, 0.3431, 0.02079),
    ("distinct_1", 500): (0.282, 0.2722, 0.2918, 0.01751),
    ("distinct_2", 50): (0.8677, 0.8602, 0.8751, 0.01148),
    ("distinct_2", 100): (0.8349, 0.8236, 0.8462, 0.0229),
    ("distinct_2", 250): (0.7941, 0.7795, 0.8087, 0.02313),
    ("distinct_2", 500): (0.7596, 0.7465, 0.7727, 0.0259),
    ("distinct_3", 50): (0.9581, 0.953, 0.9633, 0.009083),
    ("distinct_3", 100): (0.9479, 0.9393, 0.9565, 0.01849),
    ("distinct_3", 250): (0.9392, 0.9285, 0.9499, 0.01819),
    ("distinct_3", 500): (0.932, 0.9211, 0.9429, 0.02443),
    ("end_punctuation", 50): (0.6775, 0.6544, 0.7006, 0.04646),
    ("end_punctuation", 100): (0.681, 0.6575, 0.7045, 0.03644),
    ("end_punctuation", 250): (0.676, 0.6543, 0.6977, 0.04429),
    ("end_punctuation", 500): (0.6782, 0.6582, 0.6982, 0.03732),
    ("first_word_entropy", 50): (4.893, 4.819, 4.966, 0.1598),
    ("first_word_entropy", 100): (5.604, 5.506, 5.702, 0.2013),
    ("first_word_entropy", 250): (6.453, 6.355, 6.55, 0.1832),
    ("first_word_entropy", 500): (7.041, 6.932, 7.15, 0.2318),
    ("gzip_ratio", 50): (2.02, 1.998, 2.042, 0.04272),
    ("gzip_ratio", 100): (2.127, 2.098, 2.157, 0.05192),
    ("gzip_ratio", 250): (2.223, 2.186, 2.259, 0.05749),
    ("gzip_ratio", 500): (2.314, 2.274, 2.355, 0.08444),
    ("length_spread", 50): (1.218, 1.186, 1.249, 0.05402),
    ("length_spread", 100): (1.235, 1.195, 1.276, 0.06431),
    ("length_spread", 250): (1.233, 1.19, 1.275, 0.0721),
    ("length_spread", 500): (1.234, 1.193, 1.274, 0.08248),
    ("lists", 50): (0.0805, 0.06798, 0.09302, 0.01849),
    ("lists", 100): (0.08625, 0.07174, 0.1008, 0.02336),
    ("lists", 250): (0.0916, 0.07644, 0.1068, 0.02734),
    ("lists", 500): (0.09295, 0.07961, 0.1063, 0.02876),
    ("markdown", 50): (0, 0, 0, 0),
    ("markdown", 100): (0, 0, 0, 0),
    ("markdown", 250): (0, 0, 0, 0),
    ("markdown", 500): (0, 0, 0, 0),
    ("mean_similarity", 50): (0.0027, 0.002261, 0.003138, 0.0007358),
    ("mean_similarity", 100): (0.00326, 0.002897, 0.003623, 0.0005758),
    ("mean_similarity", 250): (0.003288, 0.002939, 0.003637, 0.000714),
    ("mean_similarity", 500): (0.003275, 0.002929, 0.00362, 0.0006677),
    ("opening_entropy", 50): (5.634, 5.628, 5.639, 0.009245),
    ("opening_entropy", 100): (6.626, 6.616, 6.635, 0.01608),
    ("opening_entropy", 250): (7.93, 7.917, 7.944, 0.01959),
    ("opening_entropy", 500): (8.905, 8.879, 8.93, 0.05219),
    ("self_repetition", 50): (0.002616, 0.001974, 0.003257, 0.0009716),
    ("self_repetition", 100): (0.00524, 0.004315, 0.006165, 0.001906),
    ("self_repetition", 250): (0.01006, 0.008512, 0.0116, 0.003087),
    ("self_repetition", 500): (0.01617, 0.01433, 0.01801, 0.003189),
    ("skeleton_ratio", 50): (1.91, 1.872, 1.949, 0.08025),
    ("skeleton_ratio", 100): (2.094, 2.041, 2.146, 0.0969),
    ("skeleton_ratio", 250): (2.37, 2.284, 2.456, 0.1465),
    ("skeleton_ratio", 500): (2.508, 2.429, 2.586, 0.1302),
    ("ten_closings", 50): (0.208, 0.2028, 0.2132, 0.009707),
    ("ten_closings", 100): (0.1187, 0.1112, 0.1263, 0.01673),
    ("ten_closings", 250): (0.0706, 0.06212, 0.07908, 0.01553),
    ("ten_closings", 500): (0.06625, 0.05601, 0.07649, 0.02692),
    ("ten_openings", 50): (0.205, 0.2022, 0.2078, 0.004623),
    ("ten_openings", 100): (0.1087, 0.1042, 0.1133, 0.006792),
    ("ten_openings", 250): (0.0565, 0.05063, 0.06237, 0.008859),
    ("ten_openings", 500): (0.04525, 0.03702, 0.05348, 0.01694),
    ("ten_verb_noun_pairs", 100): (0.2683, 0.2515, 0.2851, 0.03716),
    ("ten_verb_noun_pairs", 250): (0.1113, 0.1043, 0.1182, 0.01241),
    ("ten_verb_noun_pairs", 500): (0.06373, 0.05594, 0.07152, 0.01669),
    ("vendi_score", 50): (47.61, 47.58, 47.65, 0.04992),
    ("vendi_score", 100): (90.37, 90.17, 90.57, 0.4434),
    ("vendi_score", 250): (90.32, 89.68, 90.96, 1.172),
    ("vendi_score", 500): (90.34, 89.74, 90.95, 1.295),
}
"""(Measure, size of parts) -> mean, both ends of the 95 % interval, difference of halves; written by
`python benchmarks/patterns --only figures`."""
