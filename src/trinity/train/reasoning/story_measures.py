"""The wordings of word problems about travel, ages and rectangles, by what is asked."""

from __future__ import annotations

TRAVEL = {
    "distance": (
        "A car drives {v} km per hour for {t} hours. How far does it go?",
        "A train goes {v} km/h. How many km does it travel in {t} hours?",
        "{name} cycles at {v} km/h for {t} hours. How many km is that?",
        "speed {v} km/h, time {t} h, distance in km?",
        "How far does a bus get in {t} hours at {v} km/h?",
        "At a constant {v} km/h, how many km are covered in {t} hours?",
        "{name} travels for {t} hours at {v} km an hour. What is the distance in km?",
    ),
    "time": (
        "How many hours does a car need for {d} km at {v} km/h?",
        "A train covers {d} km at {v} km/h. How many hours does it take?",
        "{name} rides {d} km at {v} km/h. How many hours is that?",
        "distance {d} km, speed {v} km/h, time in hours?",
        "A bus drives {v} km/h. After how many hours has it gone {d} km?",
        "At {v} km per hour, how long in hours do {d} km take?",
        "{name} must go {d} km and makes {v} km an hour. How many hours does it take?",
    ),
    "speed": (
        "A car drives {d} km in {t} hours. What is its speed in km/h?",
        "A train needs {t} hours for {d} km. How fast is it in km/h?",
        "{name} cycles {d} km in {t} hours. How many km per hour is that?",
        "distance {d} km, time {t} h, speed in km/h?",
        "What speed in km/h takes a bus {d} km in {t} hours?",
        "How fast must {name} drive, in km/h, to cover {d} km in {t} hours?",
        "In {t} hours a boat makes {d} km. What is its speed in km/h?",
    ),
}
AGE = {
    "later": (
        "{name} is {a} years old. How old will {name} be in {b} years?",
        "{name} is {a} now. What age will {name} be {b} years from now?",
        "age now {a}; age in {b} years?",
        "If I am {a} today, how old am I in {b} years?",
        "In {b} years, how old is {name}, who is {a} now?",
    ),
    "earlier": (
        "{name} is {a} years old. How old was {name} {b} years ago?",
        "How old was {name} {b} years ago if {name} is {a} now?",
        "age now {a}; age {b} years ago?",
        "{b} years ago {name} was how old? Today {name} is {a}.",
        "Today {name} is {a}. What was {name}'s age {b} years ago?",
    ),
    "older": (
        "{other} is {a}. {name} is {b} years older. How old is {name}?",
        "{name} is {b} years older than {other}, who is {a}. How old is {name}?",
        "How old is {name}, if {other} is {a} and {name} is {b} years older?",
        "{other}: {a} years. {name}: {b} years more. age of {name}?",
        "{other} is {a} years old, {name} has {b} years more. What is {name}'s age?",
    ),
    "times": (
        "{other} is {a} years old. {name} is {c} times as old. How old is {name}?",
        "{name} is {c} times as old as {other}, who is {a}. How old is {name}?",
        "How old is {name}, if {other} is {a} and {name} is {c} times as old?",
        "{other}: {a} years. {name}: {c} times that. age of {name}?",
        "{other} is {a}, {name} is {c} times that age. How old is {name}?",
    ),
}
RECTANGLE = {
    "area": (
        "A rectangle is {a} cm long and {b} cm wide. What is its area?",
        "What is the area of a rectangle of {a} by {b}?",
        "area of rectangle {a} x {b}",
        "A room is {a} m by {b} m. How many square metres is the floor?",
        "Find the area of a rectangle with sides {a} and {b}.",
        "A garden is {a} m long and {b} m wide. How big is it in square metres?",
        "The sides of a rectangle are {a} and {b}. Compute its area.",
        "How large is the area of a field of {a} m by {b} m?",
        "How many 1 by 1 tiles cover a floor of {a} by {b}?",
        "A sheet measures {a} cm by {b} cm. What area does it have?",
    ),
    "perimeter": (
        "A rectangle is {a} cm long and {b} cm wide. What is its perimeter?",
        "What is the perimeter of a rectangle of {a} by {b}?",
        "perimeter of rectangle {a} x {b}",
        "A field is {a} m by {b} m. How many metres of fence go all the way around it?",
        "Find the perimeter of a rectangle with sides {a} and {b}.",
        "How far is it once around a park of {a} m by {b} m?",
        "The sides of a rectangle are {a} and {b}. Compute its perimeter.",
        "A picture is {a} cm by {b} cm. How long is its frame all around?",
        "How long is the edge around a table of {a} by {b}?",
        "A garden is {a} m long and {b} m wide. How long is the way around it?",
    ),
}
